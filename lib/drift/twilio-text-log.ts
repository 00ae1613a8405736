import { type MessageInstance, MessageListInstance } from 'twilio/lib/rest/api/v2010/account/message.js';
import { ServiceListInstance } from 'twilio/lib/rest/messaging/v1/service.js';
import { channelOf, numberOfAddress } from '../messaging/address.ts';
import { type TwilioRestOptions, twilioVersion } from '../messaging/twilio-rest.ts';
import type { LoggedText, TextLog } from './text-log.ts';

export interface TwilioTextLogOptions extends TwilioRestOptions {
  /** A messaging service (`MG...`) or a number in E.164. */
  readonly sender: string;
}

const PAGE_SIZE = 200;
const MAXIMUM_POOL_NUMBERS = 400;

/**
 * Creates the log over Twilio's message list, newest first, which ends where its texts become too old. It does not use Twilio's
 * filter by date, which works by whole days and by the time of sending, which failed texts do not have.
 */
export function createTwilioTextLog(options: TwilioTextLogOptions): TextLog {
  const { sender } = options;
  const messages = MessageListInstance(
    twilioVersion('api', options) as Parameters<typeof MessageListInstance>[0],
    options.credentials.accountSid,
  );
  // A number's sent and received texts are two lists. A service's texts are filtered out of the account's whole list.
  const lists = sender.startsWith('MG') ? [{}] : [{ to: sender }, { from: sender }];
  let pool: Promise<ReadonlySet<string>> | undefined;

  async function numbersOfPool(): Promise<ReadonlySet<string>> {
    if (!sender.startsWith('MG')) return new Set([sender]);
    const services = ServiceListInstance(
      twilioVersion('messaging', options) as Parameters<typeof ServiceListInstance>[0],
    );
    const numbers = await services(sender).phoneNumbers.list({ limit: MAXIMUM_POOL_NUMBERS });
    return new Set(numbers.map(({ phoneNumber }) => phoneNumber));
  }

  async function timeOf(sid: string): Promise<string | undefined> {
    try {
      return atOf(await messages(sid).fetch());
    } catch (error) {
      if ((error as { status?: unknown }).status === 404) return undefined;
      throw error;
    }
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
    has: async (sid) => (await timeOf(sid)) !== undefined,
    timeOf,
  };
}

function readCursor(cursor = '0 '): { list: number; url: string } {
  const space = cursor.indexOf(' ');
  return { list: Number(cursor.slice(0, space)), url: cursor.slice(space + 1) };
}

function atOf({ dateCreated }: MessageInstance): string {
  return dateCreated.toISOString();
}

/** Selects texts that people sent to our numbers and texts that we submitted; Twilio's own answers are neither. */
function isOurs(message: MessageInstance, sender: string, pool: ReadonlySet<string>): boolean {
  const isInbound = message.direction === 'inbound';
  if (!isInbound && message.direction !== 'outbound-api') return false;
  if (message.messagingServiceSid === sender) return true;
  const own = isInbound ? message.to : message.from;
  const number = numberOfAddress(own);
  if (number !== undefined) return pool.has(number);
  // Twilio names no service for what came to an RCS agent: it counts as ours, so that no STOP is missed.
  return isInbound && channelOf(own) !== 'sms' && !message.messagingServiceSid && sender.startsWith('MG');
}

function loggedText(message: MessageInstance): LoggedText {
  const isInbound = message.direction === 'inbound';
  const person = isInbound ? message.from : message.to;
  const { sid, body, status, errorCode } = message;
  return {
    sid,
    body,
    status,
    direction: isInbound ? 'inbound' : 'outbound',
    number: numberOfAddress(person) ?? person,
    sender: isInbound ? message.to : (message.messagingServiceSid ?? message.from),
    ...(errorCode && { errorCode }),
    at: atOf(message),
  };
}
