import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createBusyTime } from './spent.ts';

/** A request as it was sent over the wire. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Headers that belong to the connection: a request that is sent again gets new ones. */
const CONNECTION_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);

/** A message of undici's diagnostics channels, which carry the requests of every copy of undici in this process. */
interface UndiciMessage {
  readonly request: UndiciRequest;
  readonly chunk?: string | Uint8Array;
}
interface UndiciRequest {
  readonly origin: string | URL;
  readonly method: string;
  readonly path: string;
  /** Names and values, alternating. */
  readonly headers: readonly string[];
}

/**
 * Records every request that this process makes to a service by fetch, as jsforce does, while `work` runs.
 *
 * @param origin of the service. @returns the requests in order, and the milliseconds during which at least one was under way.
 */
export async function recordFetches(
  origin: string,
  work: () => Promise<unknown>,
): Promise<{ readonly requests: readonly RecordedRequest[]; readonly milliseconds: number }> {
  const busy = createBusyTime();
  const bodies = new Map<UndiciRequest, Buffer[]>();
  const listeners: Readonly<Record<string, (message: UndiciMessage) => void>> = {
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
    return [`undici:request:${name}`, (message: unknown) => listener(message as UndiciMessage)] as const;
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
    if (!CONNECTION_HEADERS.has(name)) headers[name] = String(flat[index + 1]);
  }
  return headers;
}

/**
 * Sends recorded requests again by bare fetch, one after another in their order.
 *
 * @returns milliseconds. @throws Error for an answer that is no success.
 */
export async function sendAgain(requests: readonly RecordedRequest[]): Promise<number> {
  const start = performance.now();
  for (const { method, url, headers, body } of requests) {
    const answer = await fetch(url, { method, headers, ...(body !== '' && { body }) });
    await answer.text();
    if (!answer.ok) throw new Error(`${method} ${new URL(url).pathname} was answered ${answer.status}`);
  }
  return performance.now() - start;
}

/** @returns milliseconds during which at least one request to DynamoDB was under way while `work` ran. */
export async function measureDynamoDbTime(work: () => Promise<unknown>): Promise<number> {
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
