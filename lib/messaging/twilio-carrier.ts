import { MessageListInstance } from 'twilio/lib/rest/api/v2010/account/message.js';
import { NoAnswer } from '../runtime/http-request.ts';
import type { Carrier, CarrierMessage, OutgoingText, SendResult } from './carrier.ts';
import { carrierErrorOf } from './carrier-errors.ts';
import { type TwilioRestOptions, twilioVersion } from './twilio-rest.ts';

export interface TwilioCarrierOptions extends TwilioRestOptions {
  /** A messaging service (`MG...`) or a number in E.164. */
  readonly sender: string;
}

const FIND_PAGE = 200;
/** The newest to one number: nobody gets more in the hours that a claim can be old. */
const FIND_MOST = 1_000;

/**
 * Twilio behind its own client, of which only the message resource is loaded: the whole package costs every cold start
 * 4 MB. The paths below are internal to the package, so its version is pinned and a contract test goes through them.
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
      // Not filtered by the day it was sent: a text that still stands in the sender's queue has none.
      const list = await messages.list({ to, pageSize: FIND_PAGE, limit: FIND_MOST });
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

/** Twilio stamps whole seconds. */
function wholeSeconds(moment: string): number {
  return Math.floor(Date.parse(moment) / 1000) * 1000;
}

function sendResultOf(error: unknown): SendResult {
  if (error instanceof NoAnswer && !error.mayHaveArrived) return { kind: 'notAccepted', code: null };
  const { status, code } = error as { status?: unknown; code?: unknown };
  if (typeof status !== 'number') return { kind: 'unknown' };
  const errorCode = typeof code === 'number' ? code : null;
  const mayPass =
    status === 401 || status === 429 || status >= 500 || carrierErrorOf(errorCode).class === 'transient';
  return { kind: mayPass ? 'notAccepted' : 'rejected', code: errorCode };
}
