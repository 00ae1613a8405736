import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

export interface HttpCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the first step to the last byte of the answer. */
  readonly timeoutMilliseconds: number;
}

export interface HttpReply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** A request that got no whole answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** False when no connection ever stood, so that nobody can have received the request. */
  readonly mayHaveArrived: boolean;

  constructor(cause: unknown, mayHaveArrived: boolean) {
    super('A request got no whole answer', { cause });
    this.mayHaveArrived = mayHaveArrived;
  }
}

/**
 * Idle connections are closed before a server would close them. A function that was frozen meanwhile closes them when it
 * wakes, before it takes its event, so that no request is written into a connection that the other side has left.
 */
const IDLE_MILLISECONDS = 4_000;
const http = new HttpAgent({ keepAlive: true, timeout: IDLE_MILLISECONDS });
const https = new HttpsAgent({ keepAlive: true, timeout: IDLE_MILLISECONDS });

/**
 * Makes one request over connections that are kept. Never repeats it and never follows a redirect.
 *
 * @throws NoAnswer when the answer did not arrive whole and in time.
 */
export function callHttp({ method, url, headers, body, timeoutMilliseconds }: HttpCall): Promise<HttpReply> {
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    let stood = false;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = { method, headers: { ...headers, ...length }, agent: secure ? https : http };
    const request = (secure ? requestHttps : requestHttp)(url, options);
    const deadline = setTimeout(() => request.destroy(new Error('Timed out')), timeoutMilliseconds);
    const fail = (cause: unknown) => {
      clearTimeout(deadline);
      reject(new NoAnswer(cause, stood));
    };
    request.on('error', fail);
    request.on('socket', (socket) => {
      if (request.reusedSocket || !socket.connecting) stood = true;
      // What is written before the handshake ends stays here.
      else socket.once(secure ? 'secureConnect' : 'connect', () => (stood = true));
    });
    request.on('response', (response) => {
      read(response).then((text) => {
        clearTimeout(deadline);
        resolve({ statusCode: response.statusCode ?? 0, headers: response.headers, body: text });
      }, fail);
    });
    request.end(body);
  });
}

function read(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('end', () => resolve(text));
    response.on('error', reject);
  });
}
