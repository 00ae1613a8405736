import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

export interface HttpOptions {
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly headers?: Record<string, string>;
  readonly query?: string;
  readonly pathParameters?: Record<string, string>;
  readonly claims?: Record<string, string>;
  readonly sourceIp?: string;
}

/** Builds the event of payload format 2.0 that API Gateway hands to a function for a request. */
export function httpEvent(method: string, path: string, options: HttpOptions = {}): APIGatewayProxyEventV2 {
  const [rawPath = '', inPath = ''] = path.split('?');
  const rawQueryString = options.query ?? inPath;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)),
    headers: options.headers ?? {},
    pathParameters: options.pathParameters,
    body: options.body,
    isBase64Encoded: options.isBase64Encoded ?? false,
    requestContext: {
      requestId: randomUUID(),
      http: {
        method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: options.sourceIp ?? '203.0.113.9',
        userAgent: 'test',
      },
      authorizer: options.claims && { jwt: { claims: options.claims, scopes: [] } },
    },
  } as unknown as APIGatewayProxyEventV2;
}
