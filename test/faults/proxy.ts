import {
  Agent,
  createServer,
  type IncomingMessage,
  request as requestHttp,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request on its way to an engine. */
export interface ProxiedRequest {
  /** The action of an AWS service (`TransactWriteItems`), or method and path. */
  readonly action: string;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/**
 * Decides what happens to a request. It may forward the request to the engine, changed or not, or not at all. Then it returns an
 * answer, `broken` to close the connection without one, or `silence` to keep the client waiting until its time-out.
 */
export type Interceptor = (
  request: ProxiedRequest,
  forward: (body?: string) => Promise<Reply>,
) => Promise<Reply | 'broken' | 'silence'>;

/** Lets everything through. */
export const untouched: Interceptor = (_, forward) => forward();

export type EngineProxy = Awaited<ReturnType<typeof startProxy>>;

/** Starts a proxy between clients and an engine, which hands every request to an interceptor. @param target origin of the engine. */
export async function startProxy(target: string) {
  let upstream = new URL(target);
  let interceptor: Interceptor = untouched;
  let isPaused = false;
  const agent = new Agent({ keepAlive: true });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const forward = (changed = body) => forwardRequest(upstream, agent, request, changed);
    const act = isPaused ? untouched : interceptor;
    const reply = await act({ action: actionOf(request), body }, forward).catch(() => 'broken' as const);
    if (reply === 'silence') return;
    if (reply === 'broken') {
      response.destroy();
      return;
    }
    const { 'content-type': type = 'application/x-amz-json-1.0' } = reply.headers ?? {};
    response.writeHead(reply.status, { 'content-type': String(type) }).end(reply.body);
  }

  const server = createServer(
    (request, response) => void serve(request, response).catch(() => response.destroy()),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    intercept: (given: Interceptor) => {
      interceptor = given;
    },
    /** Forwards every request while `work` runs, so that a test can read what a fault has left. */
    undisturbed: async <T>(work: () => Promise<T>): Promise<T> => {
      isPaused = true;
      return work().finally(() => {
        isPaused = false;
      });
    },
    /** Changes the origin of the engine, after it was started again. */
    setTarget: (given: string) => {
      upstream = new URL(given);
    },
    close: async (): Promise<void> => {
      agent.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections());
    },
  };
}

function actionOf({ headers, method, url }: IncomingMessage): string {
  const target = headers['x-amz-target'];
  return typeof target === 'string'
    ? (target.split('.').at(-1) ?? target)
    : `${method} ${url?.split('?')[0]}`;
}

function forwardRequest(upstream: URL, agent: Agent, request: IncomingMessage, body: string): Promise<Reply> {
  const url = new URL(request.url ?? '/', upstream);
  const headers = { ...request.headers, host: upstream.host, 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const upstreamRequest = requestHttp(
      url,
      { method: request.method ?? 'POST', headers, agent },
      (answer) => {
        readBody(answer).then(
          (text) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: text }),
          reject,
        );
      },
    );
    upstreamRequest.on('error', reject);
    upstreamRequest.end(body);
  });
}

async function readBody(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
