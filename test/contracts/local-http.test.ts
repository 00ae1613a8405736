import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiServer, listenHttp } from '../../infra/local/http-server.ts';
import { createSigningKey, createTokens, type Tokens } from '../../infra/local/tokens.ts';
import type { FunctionPool } from '../../infra/local/worker-pool.ts';
import { violations } from '../flow/contract.ts';

/** Where the API's description has what API Gateway says by itself. */
const messageOf = (name: string) => [
  'components',
  'responses',
  name,
  'content',
  'application/json',
  'schema',
];

const authorizer = { issuer: 'https://issuer.example', audience: ['console'] };
/** A function that answers with the event that it got. */
const echo: FunctionPool = {
  name: 'echo',
  timeoutSeconds: 1,
  invoke: async (event) => event,
  close: async () => {},
};
const failing: FunctionPool = {
  ...echo,
  invoke: async () => {
    throw new Error('something secret');
  },
};

describe('the local HTTP API', () => {
  let server: ApiServer;
  let tokens: Tokens;

  beforeAll(async () => {
    tokens = await createTokens(await createSigningKey());
    server = await listenHttp(0, () => {});
    server.serve(
      [
        { routeKey: 'POST /forms/{formId}', pool: echo },
        { routeKey: 'GET /failing', pool: failing },
        { routeKey: 'GET /private', pool: echo, authorizer },
      ],
      tokens,
    );
  });
  afterAll(() => server.close());

  async function post(body: string, type: string): Promise<Record<string, unknown>> {
    const headers = { 'content-type': type, 'X-Mixed': 'Case', cookie: 'a=1; b=2' };
    const answer = await fetch(`${server.url}/forms/quote?tag=1&tag=2`, { method: 'POST', body, headers });
    return (await answer.json()) as Record<string, unknown>;
  }

  test('hands over JSON as text, and a urlencoded body in base64 as API Gateway does', async () => {
    expect(await post('{"a":1}', 'application/json')).toMatchObject({
      body: '{"a":1}',
      isBase64Encoded: false,
    });
    expect(await post('a=1', 'application/x-www-form-urlencoded')).toMatchObject({
      body: Buffer.from('a=1').toString('base64'),
      isBase64Encoded: true,
    });
  });

  test('makes an event of payload format 2.0', async () => {
    expect(await post('{}', 'application/json')).toMatchObject({
      version: '2.0',
      routeKey: 'POST /forms/{formId}',
      rawPath: '/forms/quote',
      rawQueryString: 'tag=1&tag=2',
      queryStringParameters: { tag: '1,2' },
      cookies: ['a=1', 'b=2'],
      headers: { 'x-mixed': 'Case' },
      pathParameters: { formId: 'quote' },
      requestContext: { http: { method: 'POST', path: '/forms/quote', sourceIp: '127.0.0.1' } },
    });
  });

  test('says 404 without a route, 413 above ten megabytes, and 500 without telling why', async () => {
    expect((await fetch(`${server.url}/nowhere`)).status).toBe(404);
    const large = Buffer.alloc(10 * 1024 * 1024 + 1);
    expect((await fetch(`${server.url}/forms/quote`, { method: 'POST', body: large })).status).toBe(413);
    const failed = await fetch(`${server.url}/failing`);
    const body = await failed.json();
    expect([failed.status, body]).toEqual([500, { message: 'Internal Server Error' }]);
    expect(violations(messageOf('Failed'), body)).toBe('');
  });

  test('lets a token in with its claims as strings', async () => {
    const headers = { authorization: `Bearer ${await tokens.issue('admin', authorizer)}` };
    const event = await (await fetch(`${server.url}/private`, { headers })).json();
    expect(event).toMatchObject({
      requestContext: {
        authorizer: { jwt: { claims: { 'cognito:groups': '[admin]', sub: 'local-admin' } } },
      },
    });
  });

  test('refuses no token, a foreign one, an unsigned one, and one for another audience or issuer', async () => {
    const foreign = await createTokens(await createSigningKey());
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(
      JSON.stringify({ iss: authorizer.issuer, aud: 'console', exp: 9_999_999_999 }),
    ).toString('base64url')}.`;
    const refused = [
      undefined,
      await foreign.issue('admin', authorizer),
      unsigned,
      await tokens.issue('admin', { ...authorizer, audience: ['other'] }),
      await tokens.issue('admin', { ...authorizer, issuer: 'https://other.example' }),
      await new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32)),
    ];
    for (const token of refused) {
      const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
      const answer = await fetch(`${server.url}/private`, { headers });
      const body = await answer.json();
      expect([answer.status, body]).toEqual([401, { message: 'Unauthorized' }]);
      expect(violations(messageOf('Unauthorized'), body)).toBe('');
    }
  });
});
