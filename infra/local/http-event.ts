import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Content types whose bodies API Gateway hands over as text. It hands over every other body in base64. */
const TEXT = /^(text\/|application\/(json|javascript|xml)\b)/i;

export interface HttpRequest {
  readonly request: IncomingMessage;
  readonly path: string;
  readonly query: string;
  readonly body: Buffer;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly claims: Readonly<Record<string, string>> | undefined;
}

/** Creates the event of payload format 2.0 that API Gateway makes of a request. */
export function createHttpEvent(given: HttpRequest): Record<string, unknown> {
  const { request, path, query, body, routeKey, pathParameters, claims } = given;
  const { cookie, ...headers } = joinedHeaders(request);
  const isText = headers['content-type'] === undefined || TEXT.test(headers['content-type']);
  const queryParameters = joined([...new URLSearchParams(query)]);
  const now = new Date();
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookie ? { cookies: cookie.split(/;\s*/) } : {}),
    headers,
    ...(query ? { queryStringParameters: queryParameters } : {}),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      ...(claims ? { authorizer: { jwt: { claims, scopes: null } } } : {}),
      domainName: headers['host'] ?? 'localhost',
      domainPrefix: 'local',
      http: {
        method: request.method ?? 'GET',
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey,
      stage: '$default',
      time: now.toISOString(),
      timeEpoch: now.getTime(),
    },
    ...(Object.keys(pathParameters).length > 0 ? { pathParameters } : {}),
    ...(body.length > 0 ? { body: body.toString(isText ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** Returns the headers with names in lower case and the values of a repeated header joined by commas. */
function joinedHeaders(request: IncomingMessage): Record<string, string> {
  const pairs: [string, string][] = [];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    pairs.push([(request.rawHeaders[index] ?? '').toLowerCase(), request.rawHeaders[index + 1] ?? '']);
  }
  return joined(pairs);
}

function joined(pairs: readonly [string, string][]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of pairs) values[name] = name in values ? `${values[name]},${value}` : value;
  return values;
}

interface StructuredAnswer {
  readonly statusCode: number;
  readonly headers?: Record<string, string | number | boolean>;
  readonly cookies?: string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** Writes a function's result as API Gateway does: a result without a status code is the JSON body of a 200. */
export function writeAnswer(response: ServerResponse, result: unknown): void {
  const structured = typeof result === 'object' && result !== null && 'statusCode' in result;
  const answer: StructuredAnswer = structured
    ? (result as StructuredAnswer)
    : { statusCode: 200, body: typeof result === 'string' ? result : JSON.stringify(result) };
  response.statusCode = answer.statusCode;
  response.setHeader('content-type', structured ? 'text/plain;charset=utf-8' : 'application/json');
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, String(value));
  if (answer.cookies) response.setHeader('set-cookie', answer.cookies);
  response.end(Buffer.from(answer.body ?? '', answer.isBase64Encoded ? 'base64' : 'utf8'));
}

/** Writes an answer of API Gateway itself, which no function gave. */
export function writeMessage(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
}
