import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createBusyTime } from './spent.ts';

/** A request as it went over the wire. */
export interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Those are the connection's own: whoever sends the request again has others. */
const OF_THE_CONNECTION = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);

/** What undici tells of a request, whoever's copy of it makes it. */
interface Told {
  readonly request: UndiciRequest;
  readonly chunk?: string | Uint8Array;
}
interface UndiciRequest {
  readonly origin: string | URL;
  readonly method: string;
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
}

/**
 * Keeps every request that this process makes to a service by fetch while something runs, as jsforce does.
 *
 * @param origin of the service. @returns the requests in their order, and for how many milliseconds one was under way.
 */
export async function recordFetches(
  origin: string,
  work: () => Promise<unknown>,
): Promise<{ readonly requests: readonly Recorded[]; readonly milliseconds: number }> {
  const busy = createBusyTime();
  const bodies = new Map<UndiciRequest, Buffer[]>();
  const listeners: Readonly<Record<string, (told: Told) => void>> = {
    create: ({ request }) => {
      if (new URL(request.origin).origin !== origin) return;
      bodies.set(request, []);
      busy.begin();
    },
    bodyChunkSent: ({ request, chunk = '' }) => void bodies.get(request)?.push(Buffer.from(chunk)),
    trailers: ({ request }) => void (bodies.has(request) && busy.end()),
    error: ({ request }) => void (bodies.has(request) && busy.end()),
  };
  const channels = Object.entries(listeners).map(([name, listener]) => {
    return [`undici:request:${name}`, (message: unknown) => listener(message as Told)] as const;
  });
  for (const [name, listener] of channels) subscribe(name, listener);
  try {
    await work();
  } finally {
    for (const [name, listener] of channels) unsubscribe(name, listener);
  }
  const requests = [...bodies].map(([{ method, path, headers }, chunks]) => ({
    method,
    url: new URL(path, origin).href,
    headers: headersOf(headers),
    body: Buffer.concat(chunks).toString('utf8'),
  }));
  return { requests, milliseconds: busy.total() };
}

function headersOf(flat: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index < flat.length; index += 2) {
    const name = String(flat[index]).toLowerCase();
    if (!OF_THE_CONNECTION.has(name)) headers[name] = String(flat[index + 1]);
  }
  return headers;
}

/**
 * Sends recorded requests again, bare, one after the other as they were made.
 *
 * @returns milliseconds. @throws Error where one is answered otherwise than with success.
 */
export async function replay(requests: readonly Recorded[]): Promise<number> {
  const start = performance.now();
  for (const { method, url, headers, body } of requests) {
    const answer = await fetch(url, { method, headers, ...(body !== '' && { body }) });
    await answer.text();
    if (!answer.ok) throw new Error(`${method} ${new URL(url).pathname} was answered ${answer.status}`);
  }
  return performance.now() - start;
}

/** @returns for how many milliseconds a request to DynamoDB was under way while something ran. */
export async function dynamoDbTime(work: () => Promise<unknown>): Promise<number> {
  const client: { send: unknown } = DynamoDBDocumentClient.prototype;
  const original = client.send as (...given: unknown[]) => Promise<unknown>;
  const busy = createBusyTime();
  client.send = function (this: unknown, ...given: unknown[]) {
    busy.begin();
    return original.apply(this, given).finally(busy.end);
  };
  try {
    await work();
    return busy.total();
  } finally {
    client.send = original;
  }
}
