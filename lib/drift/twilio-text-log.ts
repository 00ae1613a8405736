import { type MessageInstance, MessageListInstance } from 'twilio/lib/rest/api/v2010/account/message.js';
import { ServiceListInstance } from 'twilio/lib/rest/messaging/v1/service.js';
import { type TwilioRestOptions, twilioVersion } from '../messaging/twilio-rest.ts';
import type { LoggedText, TextLog } from './text-log.ts';

export interface TwilioTextLogOptions extends TwilioRestOptions {
  /** A messaging service (`MG...`) or a number in E.164. */
  readonly sender: string;
}

const PAGE_SIZE = 200;
const MOST_NUMBERS = 400;

/**
 * Twilio's message list, of which no filter by date is used: it goes by the day and by the moment of sending, which texts that
 * failed do not have. The list is newest first and is left where it becomes too old.
 */
export function createTwilioTextLog(options: TwilioTextLogOptions): TextLog {
  const { sender } = options;
  const messages = MessageListInstance(
    twilioVersion('api', options) as Parameters<typeof MessageListInstance>[0],
    options.credentials.accountSid,
  );
  // A number has a list of what it sent and one of what it got; a service has its part of the account's one list.
  const lists = sender.startsWith('MG') ? [{}] : [{ to: sender }, { from: sender }];
  let pool: Promise<ReadonlySet<string>> | undefined;

  async function numbersOfPool(): Promise<ReadonlySet<string>> {
    if (!sender.startsWith('MG')) return new Set([sender]);
    const services = ServiceListInstance(
      twilioVersion('messaging', options) as Parameters<typeof ServiceListInstance>[0],
    );
    const numbers = await services(sender).phoneNumbers.list({ limit: MOST_NUMBERS });
    return new Set(numbers.map(({ phoneNumber }) => phoneNumber));
  }

  return {
    page: async (from, cursor) => {
      pool ??= numbersOfPool();
      const ours = await pool;
      const { list, url } = readCursor(cursor);
      const page = await (url
        ? messages.getPage(url)
        : messages.page({ ...lists[list], pageSize: PAGE_SIZE }));
      const isPast = page.instances.every((message) => atOf(message) < from);
      const texts = page.instances
        .filter((message) => atOf(message) >= from)
        .filter((message) => isOurs(message, sender, ours))
        .map(loggedText);
      const more = isPast ? undefined : page.nextPageUrl;
      const next = more ? `${list} ${more}` : list + 1 < lists.length ? `${list + 1} ` : undefined;
      return { texts, next };
    },
    has: async (sid) => {
      try {
        await messages(sid).fetch();
        return true;
      } catch (error) {
        if ((error as { status?: unknown }).status === 404) return false;
        throw error;
      }
    },
  };
}

function readCursor(cursor = '0 '): { list: number; url: string } {
  const space = cursor.indexOf(' ');
  return { list: Number(cursor.slice(0, space)), url: cursor.slice(space + 1) };
}

function atOf({ dateCreated }: MessageInstance): string {
  return dateCreated.toISOString();
}

/** Ours are the texts that people sent to us and those that we handed over; answers of Twilio's own are neither. */
function isOurs(message: MessageInstance, sender: string, pool: ReadonlySet<string>): boolean {
  if (message.direction === 'inbound') return pool.has(message.to);
  if (message.direction !== 'outbound-api') return false;
  return message.messagingServiceSid === sender || pool.has(message.from);
}

function loggedText(message: MessageInstance): LoggedText {
  const isInbound = message.direction === 'inbound';
  const { sid, body, status, errorCode } = message;
  return {
    sid,
    body,
    status,
    direction: isInbound ? 'inbound' : 'outbound',
    number: isInbound ? message.from : message.to,
    sender: isInbound ? message.to : (message.messagingServiceSid ?? message.from),
    ...(errorCode && { errorCode }),
    at: atOf(message),
  };
}
