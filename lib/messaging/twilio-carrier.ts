import { Agent } from 'node:http';
import BaseTwilio from 'twilio/lib/base/BaseTwilio.js';
import Domain from 'twilio/lib/base/Domain.js';
import RequestClient from 'twilio/lib/base/RequestClient.js';
import Version from 'twilio/lib/base/Version.js';
import { MessageListInstance } from 'twilio/lib/rest/api/v2010/account/message.js';
import type { Carrier, CarrierMessage, OutgoingText, SendResult } from './carrier.ts';
import { carrierErrorOf } from './carrier-errors.ts';

export interface TwilioCarrierOptions {
  readonly credentials: {
    readonly accountSid: string;
    readonly apiKeySid: string;
    readonly apiKeySecret: string;
  };
  /** A messaging service (`MG...`) or a number in E.164. */
  readonly sender: string;
  /** Origin that stands in for api.twilio.com. */
  readonly baseUrl?: string;
  readonly timeoutMilliseconds?: number;
}

const API = 'https://api.twilio.com';
/** Shorter than a worker's life by far: what has no answer by then is `reconcile`'s. */
const TIMEOUT_MILLISECONDS = 10_000;
const FIND_PAGE = 200;

/**
 * Twilio behind its own client, of which only the message resource is loaded: the whole package costs every cold start
 * 4 MB. The paths below are internal to the package, so its version is pinned and a contract test goes through them.
 */
export function createTwilioCarrier(options: TwilioCarrierOptions): Carrier {
  const { accountSid, apiKeySid, apiKeySecret } = options.credentials;
  const timeout = options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS;
  const client = new BaseTwilio.Client(apiKeySid, apiKeySecret, {
    accountSid,
    httpClient: new OriginClient(options.baseUrl ?? API, timeout),
  });
  const version = new Version.default(new Domain.default(client, API), '2010-04-01');
  const messages = MessageListInstance(version as Parameters<typeof MessageListInstance>[0], accountSid);
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
      const list = await messages.list({ to, dateSentAfter: startOfDay(since), pageSize: FIND_PAGE });
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

/** Twilio filters by days and stamps whole seconds. */
function startOfDay(moment: string): Date {
  return new Date(`${moment.slice(0, 10)}T00:00:00.000Z`);
}
function wholeSeconds(moment: string): number {
  return Math.floor(Date.parse(moment) / 1000) * 1000;
}

/** Sends every request to one origin, over connections that are kept. */
class OriginClient extends RequestClient {
  private readonly origin: string;

  constructor(origin: string, timeoutMilliseconds: number) {
    super({ timeout: timeoutMilliseconds, keepAlive: true });
    // The library keeps connections for https only; a stand-in speaks http.
    this.axios.defaults.httpAgent = new Agent({ keepAlive: true });
    this.origin = origin;
  }

  override request<T>(options: RequestClient.RequestOptions<T>) {
    return super.request<T>({ ...options, uri: options.uri.replace(API, this.origin) });
  }
}

/** Codes of connections that never stood: the request cannot have reached anybody. */
const NEVER_LEFT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

function sendResultOf(error: unknown): SendResult {
  const { status, code } = error as { status?: unknown; code?: unknown };
  if (typeof status !== 'number') {
    const neverLeft = typeof code === 'string' && NEVER_LEFT.has(code);
    return neverLeft ? { kind: 'notAccepted', code: null } : { kind: 'unknown' };
  }
  const errorCode = typeof code === 'number' ? code : null;
  const mayPass = status === 429 || status >= 500 || carrierErrorOf(errorCode).class === 'transient';
  return { kind: mayPass ? 'notAccepted' : 'rejected', code: errorCode };
}
