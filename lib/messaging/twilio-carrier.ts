import BaseTwilio from 'twilio/lib/base/BaseTwilio.js';
import Domain from 'twilio/lib/base/Domain.js';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import Version from 'twilio/lib/base/Version.js';
import { MessageListInstance } from 'twilio/lib/rest/api/v2010/account/message.js';
import { callHttp, NoAnswer } from '../runtime/http-request.ts';
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
    httpClient: requestsTo(options.baseUrl ?? API, timeout),
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

/**
 * What the library sends its requests with, in place of its own way over axios, which was a quarter of the work of
 * sending a text and a fifth of the bundle. Every request goes to one origin.
 */
function requestsTo(origin: string, timeoutMilliseconds: number): RequestClient {
  const requests: Pick<RequestClient, 'request'> = {
    async request<T>({
      method,
      uri,
      username,
      password,
      headers,
      params,
      data,
    }: RequestClient.RequestOptions<T>) {
      const url = new URL(uri.replace(API, origin));
      for (const [name, value] of fields(params)) url.searchParams.append(name, value);
      const credentials = Buffer.from(`${username}:${password}`).toString('base64');
      const reply = await callHttp({
        method: method.toUpperCase(),
        url,
        headers: { ...(headers as Record<string, string>), Authorization: `Basic ${credentials}` },
        ...(data === undefined ? {} : { body: new URLSearchParams(fields(data)).toString() }),
        timeoutMilliseconds,
      });
      // The library reads an answer's body as JSON itself.
      return { ...reply, body: reply.body as T };
    },
  };
  // Of its request client the library calls this method and nothing else.
  return requests as RequestClient;
}

/** Lists become a field repeated, as Twilio takes them. */
function fields(values: unknown): [string, string][] {
  return Object.entries(values ?? {}).flatMap(([name, value]: [string, unknown]) =>
    [value].flat().flatMap((one): [string, string][] => (one === undefined ? [] : [[name, String(one)]])),
  );
}

function sendResultOf(error: unknown): SendResult {
  if (error instanceof NoAnswer && !error.mayHaveArrived) return { kind: 'notAccepted', code: null };
  const { status, code } = error as { status?: unknown; code?: unknown };
  if (typeof status !== 'number') return { kind: 'unknown' };
  const errorCode = typeof code === 'number' ? code : null;
  const mayPass = status === 429 || status >= 500 || carrierErrorOf(errorCode).class === 'transient';
  return { kind: mayPass ? 'notAccepted' : 'rejected', code: errorCode };
}
