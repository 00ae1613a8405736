import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

export interface HttpCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Time from the call to the last byte of the answer. */
  readonly timeoutMilliseconds: number;
}

export interface HttpReply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** Thrown when a request got no whole answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** False when no connection was ever established, so that the other side cannot have received the request. */
  readonly mayHaveArrived: boolean;

  constructor(cause: unknown, mayHaveArrived: boolean) {
    super('A request got no whole answer', { cause });
    this.mayHaveArrived = mayHaveArrived;
  }
}

/**
 * Time after which idle connections are closed, sooner than a server closes them. A function that was frozen meanwhile closes
 * them when it thaws, before it takes its event, so that it writes no request into a connection that the server has closed.
 */
const IDLE_MILLISECONDS = 4_000;
const http = new HttpAgent({ keepAlive: true, timeout: IDLE_MILLISECONDS });
const https = new HttpsAgent({ keepAlive: true, timeout: IDLE_MILLISECONDS });

/**
 * Makes one request over kept-alive connections. Never repeats it and never follows a redirect.
 *
 * @throws NoAnswer when the answer did not arrive whole and in time.
 */
export function callHttp({ method, url, headers, body, timeoutMilliseconds }: HttpCall): Promise<HttpReply> {
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    let isConnected = false;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = { method, headers: { ...headers, ...length }, agent: secure ? https : http };
    const request = (secure ? requestHttps : requestHttp)(url, options);
    const deadline = setTimeout(() => request.destroy(new Error('Timed out')), timeoutMilliseconds);
    const fail = (cause: unknown) => {
      clearTimeout(deadline);
      reject(new NoAnswer(cause, isConnected));
    };
    request.on('error', fail);
    request.on('socket', (socket) => {
      if (request.reusedSocket || !socket.connecting) isConnected = true;
      // Bytes that are written before the handshake ends do not leave this machine.
      else socket.once(secure ? 'secureConnect' : 'connect', () => (isConnected = true));
    });
    request.on('response', (response) => {
      readBody(response).then((text) => {
        clearTimeout(deadline);
        resolve({ statusCode: response.statusCode ?? 0, headers: response.headers, body: text });
      }, fail);
    });
    request.end(body);
  });
}

function readBody(response: IncomingMessage): Promise<string> {
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
