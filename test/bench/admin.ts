import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { asLambda, type Invoke } from '../setup/lambda.ts';

export type Admin = Invoke<APIGatewayProxyEventV2, { statusCode: number; body: string }>;

/** Loads the admin API's real handler. */
export async function loadAdmin(): Promise<Admin> {
  return asLambda((await import('../../functions/admin-api/handler.ts')).handler);
}

/** Builds an admin's request as API Gateway hands it over once it has checked the token. */
export function adminRequest(
  method: string,
  path: string,
  { body, contentType }: { readonly body?: string; readonly contentType?: string } = {},
): APIGatewayProxyEventV2 {
  const { pathname, search, searchParams } = new URL(path, 'http://127.0.0.1');
  return {
    rawPath: pathname,
    rawQueryString: search.slice(1),
    queryStringParameters: Object.fromEntries(searchParams),
    headers: contentType === undefined ? {} : { 'content-type': contentType },
    body,
    isBase64Encoded: false,
    requestContext: {
      http: { method },
      authorizer: { jwt: { claims: { username: 'bench', 'cognito:groups': '[admin]' } } },
    },
  } as unknown as APIGatewayProxyEventV2;
}
