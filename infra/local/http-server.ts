import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpEvent, writeAnswer, writeMessage } from './http-event.ts';
import { matchRoute, type RoutePattern } from './routes.ts';
import type { JwtConfiguration, Tokens } from './tokens.ts';
import type { FunctionPool } from './worker-pool.ts';

/** API Gateway's own limits. */
const MAXIMUM_BODY_BYTES = 10 * 1024 * 1024;
const INTEGRATION_TIMEOUT_MILLISECONDS = 30_000;

export interface ApiRoute extends RoutePattern {
  readonly pool: FunctionPool;
  /** The claims that a token must have, on a route that demands a token. */
  readonly authorizer?: JwtConfiguration;
}

export interface ApiServer {
  readonly url: string;
  /** Starts answering. Until then every request gets 503. */
  serve(routes: readonly ApiRoute[], tokens: Tokens): void;
  close(): Promise<void>;
}

/**
 * Starts an HTTP server that answers as API Gateway's HTTP API does.
 *
 * @param port 0 for a free one.
 * @param report gets a line about every request that failed inside a function.
 */
export async function listenHttp(port: number, report: (line: string) => void): Promise<ApiServer> {
  let routes: readonly ApiRoute[] | undefined;
  let tokens: Tokens | undefined;
  const server = createServer((request, response) => {
    if (!routes || !tokens) return writeMessage(response, 503, 'Service Unavailable');
    answer(request, response, routes, tokens).catch((error: unknown) => {
      report(
        `${request.method} ${request.url?.replace(/\d{7,}/g, '[number]')}: ${error instanceof Error ? error.message : String(error)}`,
      );
      if (!response.headersSent) writeMessage(response, 500, 'Internal Server Error');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: (given, verifier) => {
      routes = given;
      tokens = verifier;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 3000).unref();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  routes: readonly ApiRoute[],
  tokens: Tokens,
): Promise<void> {
  const [path = '/', query = ''] = splitOnce(request.url ?? '/', '?');
  const body = await readBody(request);
  if (!body) {
    response.setHeader('connection', 'close');
    return writeMessage(response, 413, 'Request Entity Too Large');
  }
  const match = matchRoute(routes, request.method ?? 'GET', path);
  if (!match) return writeMessage(response, 404, 'Not Found');
  const { pool, routeKey, authorizer } = match.route;
  const claims = authorizer && (await tokens.verify(request.headers.authorization, authorizer));
  if (authorizer && !claims) {
    response.setHeader('www-authenticate', 'Bearer');
    return writeMessage(response, 401, 'Unauthorized');
  }
  const { pathParameters } = match;
  const event = createHttpEvent({ request, path, query, body, routeKey, pathParameters, claims });
  const result = await withinTime(pool.invoke(event));
  if (result === 'late') return writeMessage(response, 503, 'Service Unavailable');
  writeAnswer(response, result);
}

async function withinTime(invocation: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve('late'), INTEGRATION_TIMEOUT_MILLISECONDS);
  });
  return Promise.race([invocation, late]).finally(() => clearTimeout(timer));
}

/** Reads a request's body. @returns undefined as soon as the body is larger than API Gateway takes. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > MAXIMUM_BODY_BYTES) {
      request.resume();
      return undefined;
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}
