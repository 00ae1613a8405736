import { MessageListInstance } from 'twilio/lib/rest/api/v2010/account/message.js';
import { NoAnswer } from '../runtime/http-request.ts';
import type { Carrier, CarrierMessage, OutgoingText, SendResult } from './carrier.ts';
import { refusalOf } from './carrier-errors.ts';
import { type TwilioRestOptions, twilioVersion } from './twilio-rest.ts';

export interface TwilioCarrierOptions extends TwilioRestOptions {
  /** A messaging service (`MG...`) or a number in E.164. */
  readonly sender: string;
}

const FIND_PAGE_SIZE = 200;
/** `find` reads the newest texts to a number. No number gets so many within the hours that a claim can be old. */
const MAXIMUM_FIND_TEXTS = 1_000;

/**
 * Creates the carrier over Twilio's own client. Only its message resource is loaded, since the whole package adds 4 MB to
 * every cold start. The import paths are internal to the package, so its version is pinned and a contract test uses them.
 */
export function createTwilioCarrier(options: TwilioCarrierOptions): Carrier {
  const messages = MessageListInstance(
    twilioVersion('api', options) as Parameters<typeof MessageListInstance>[0],
    options.credentials.accountSid,
  );
  const from = options.sender.startsWith('MG')
    ? { messagingServiceSid: options.sender }
    : { from: options.sender };
  return {
    send: async (text: OutgoingText): Promise<SendResult> => {
      try {
        const { sid, status } = await messages.create({ ...text, ...from });
        return { kind: 'accepted', sid, status };
      } catch (error) {
        return sendResultOf(error);
      }
    },
    find: async ({ to, body, since }): Promise<CarrierMessage[]> => {
      // Twilio's filter by date sent would leave out texts that are still queued at Twilio: they have no such date yet.
      const list = await messages.list({ to, pageSize: FIND_PAGE_SIZE, limit: MAXIMUM_FIND_TEXTS });
      return list
        .filter((message) => message.body === body && message.dateCreated.getTime() >= wholeSeconds(since))
        .filter((message) => message.direction.startsWith('outbound'))
        .map(({ sid, status, errorCode, dateCreated }) => ({
          sid,
          status,
          ...(errorCode && { errorCode }),
          createdAt: dateCreated.toISOString(),
        }));
    },
  };
}

/** Rounds down to whole seconds, as Twilio's own times are. */
function wholeSeconds(moment: string): number {
  return Math.floor(Date.parse(moment) / 1000) * 1000;
}

function sendResultOf(error: unknown): SendResult {
  if (error instanceof NoAnswer && !error.mayHaveArrived) return { kind: 'notAccepted', code: null };
  const { status, code } = error as { status?: unknown; code?: unknown };
  if (typeof status !== 'number') return { kind: 'unknown' };
  const refusal = refusalOf(status, typeof code === 'number' ? code : null);
  if (refusal.class === 'transient') return { kind: 'notAccepted', code: refusal.code };
  return { kind: refusal.class === 'sender' ? 'senderRefused' : 'rejected', code: refusal.code };
}
