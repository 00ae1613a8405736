import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { exportJWK, generateKeyPair, importJWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { descriptions } from '../../functions/admin-api/admin-api.ts';
import { type ApiServer, listenHttp } from '../../infra/local/http-server.ts';
import { createSigningKey, createTokens, type JwtConfiguration } from '../../infra/local/tokens.ts';
import { routesOfStack } from '../setup/routes.ts';
import { setUp } from './organization.ts';
import { createWorld, type World } from './world.ts';

/** Serves the stack's own routes and authorizer from the local HTTP API, in front of the real handlers. */
let world: World;
let server: ApiServer;
let authorizer: JwtConfiguration;
const signingKey = await createSigningKey();
const tokens = await createTokens(signingKey);

beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
  const handlers: Readonly<Record<string, (event: APIGatewayProxyEventV2) => Promise<unknown>>> = {
    'form-webhook': world.handlers.form,
    'twilio-inbound': world.handlers.inbound,
    'twilio-status': world.handlers.status,
    'admin-api': world.handlers.admin,
    'sender-admin': world.handlers.sender,
    'crm-lookup': world.handlers.crmApi,
  };
  const routes = routesOfStack(async (name, event) => handlers[name]?.(event as APIGatewayProxyEventV2));
  server = await listenHttp(0, () => {});
  server.serve(routes, tokens);
  const [guarded] = routes.flatMap((route) => route.authorizer ?? []);
  if (!guarded) throw new Error('No route of the stack takes a token');
  authorizer = guarded;
});
afterAll(async () => {
  await server.close();
  await world.close();
});

async function requestWithToken(method: string, path: string, authorization?: string) {
  const answer = await fetch(`${server.url}${path.replace(/\{\w+\}/g, 'x')}`, {
    method,
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    ...(method !== 'GET' && { body: '{}' }),
  });
  return { status: answer.status, body: await answer.text() };
}

/** Claims of a token. A claim may be missing. */
type Claims = { readonly [name in keyof JWTPayload]?: JWTPayload[name] | undefined };

const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;
const claims = (more: Claims = {}) => ({
  iss: authorizer.issuer,
  aud: [...authorizer.audience],
  sub: 'mallory',
  exp: inAnHour(),
  'cognito:groups': ['admin'],
  ...more,
});
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = (header: object, payload: object, signature = '') =>
  `${part(header)}.${part(payload)}.${signature}`;

async function signed(payload: Claims, key?: CryptoKey, header: object = {}): Promise<string> {
  const own = key ?? ((await importJWK(signingKey, 'RS256')) as CryptoKey);
  return new SignJWT(payload as JWTPayload)
    .setProtectedHeader({ alg: 'RS256', kid: 'local', ...header })
    .sign(own);
}

/** Forged tokens, each with the reason why it proves nothing. */
const FORGED: readonly (readonly [string, () => Promise<string> | string])[] = [
  ['no token', () => ''],
  ['the word alone', () => 'Bearer '],
  ['nonsense', () => 'Bearer a.b.c'],
  ['another scheme', () => `Basic ${Buffer.from('admin:admin').toString('base64')}`],
  ['alg none', () => `Bearer ${unsigned({ alg: 'none' }, claims())}`],
  ['alg none with a signature', () => `Bearer ${unsigned({ alg: 'None', kid: 'local' }, claims(), 'AAAA')}`],
  [
    'the public key taken for a shared secret',
    async () => {
      const { n = '' } = signingKey;
      const key = new TextEncoder().encode(n);
      return `Bearer ${await new SignJWT(claims() as JWTPayload).setProtectedHeader({ alg: 'HS256', kid: 'local' }).sign(key)}`;
    },
  ],
  [
    'a foreign key under our key’s name',
    async () => `Bearer ${await signed(claims(), (await generateKeyPair('RS256')).privateKey)}`,
  ],
  [
    'a key that the token brings along',
    async () => {
      const { privateKey, publicKey } = await generateKeyPair('RS256');
      return `Bearer ${await signed(claims(), privateKey, { jwk: await exportJWK(publicKey) })}`;
    },
  ],
  ['another issuer', async () => `Bearer ${await signed(claims({ iss: 'https://issuer.example' }))}`],
  [
    'our issuer with a slash more',
    async () => `Bearer ${await signed(claims({ iss: `${authorizer.issuer}/` }))}`,
  ],
  ['another audience', async () => `Bearer ${await signed(claims({ aud: 'another-app' }))}`],
  [
    'another audience beside our client_id',
    async () => `Bearer ${await signed(claims({ aud: 'another-app', client_id: authorizer.audience[0] }))}`,
  ],
  ['no audience', async () => `Bearer ${await signed({ ...claims(), aud: undefined })}`],
  ['an expired token', async () => `Bearer ${await signed(claims({ exp: inAnHour() - 3700 }))}`],
  ['a token that never expires', async () => `Bearer ${await signed({ ...claims(), exp: undefined })}`],
  ['a token that is not valid yet', async () => `Bearer ${await signed(claims({ nbf: inAnHour() }))}`],
  [
    'claims that were changed after signing',
    async () => {
      const [header = '', , signature = ''] = (await signed(claims({ 'cognito:groups': ['agent'] }))).split(
        '.',
      );
      return `Bearer ${header}.${part(claims())}.${signature}`;
    },
  ],
];

test.each(FORGED)('%s gets 401 and reaches no function', async (_, forge) => {
  expect(await requestWithToken('GET', '/settings', await forge())).toEqual({
    status: 401,
    body: '{"message":"Unauthorized"}',
  });
});

describe.each(descriptions)('$method $path', ({ method, path, roles }) => {
  test('takes no request without a token, with a foreign one, or of nobody’s group', async () => {
    const foreign = await createTokens(await createSigningKey());
    expect((await requestWithToken(method, path)).status).toBe(401);
    expect(
      (await requestWithToken(method, path, `Bearer ${await foreign.issue('admin', authorizer)}`)).status,
    ).toBe(401);
    expect(
      (
        await requestWithToken(
          method,
          path,
          `Bearer ${await signed({ ...claims(), 'cognito:groups': undefined })}`,
        )
      ).status,
    ).toBe(403);
    expect(
      (await requestWithToken(method, path, `Bearer ${await tokens.issue('visitor', authorizer)}`)).status,
    ).toBe(403);
  });

  test(`lets ${roles.join(' and ')} in and nobody else`, async () => {
    for (const role of ['admin', 'agent'] as const) {
      const { status } = await requestWithToken(
        method,
        path,
        `Bearer ${await tokens.issue(role, authorizer)}`,
      );
      if (roles.includes(role)) expect([401, 403]).not.toContain(status);
      else expect(status).toBe(403);
    }
  });
});

test.each(['billing:admin', 'admin.readonly', 'not/admin', 'administrator', 'ADMIN', 'super-admin'])(
  'the group %s makes nobody an admin',
  async (group) => {
    expect(
      (await requestWithToken('GET', '/settings', `Bearer ${await tokens.issue(group, authorizer)}`)).status,
    ).toBe(403);
  },
);

test('what no route of the stack names is behind the token as well', async () => {
  for (const path of ['/', '/nothing', '/twilio/inbound', '/forms/x/opt-in-question/more', '//settings']) {
    expect([401, 404]).toContain((await requestWithToken('GET', path)).status);
  }
});
