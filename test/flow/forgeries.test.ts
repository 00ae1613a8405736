import { createHmac } from 'node:crypto';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUTH_TOKEN } from '../setup/secrets.ts';
import { consentOf, newNumber, setUp } from './organization.ts';
import { createWorld, SENDER, type World } from './world.ts';

let world: World;
let base: string;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
  base = process.env['PUBLIC_BASE_URL'] ?? '';
});
afterAll(() => world.close());

type Pairs = readonly (readonly [name: string, value: string])[];

/** Signs as Twilio does: the URL and every field by name, one after another (written from Twilio's documentation). */
function signatureOf(url: string, pairs: Pairs, token = AUTH_TOKEN, algorithm = 'sha1'): string {
  const sorted = pairs.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const data = url + sorted.map(([name, value]) => name + value).join('');
  return createHmac(algorithm, token).update(data, 'utf8').digest('base64');
}

interface Delivery {
  readonly pairs: Pairs;
  readonly signature?: string;
  readonly path?: string;
  readonly query?: string;
  readonly body?: string;
}

const WEBHOOKS = ['inbound', 'status'] as const;
const PATHS = { inbound: '/twilio/inbound', status: '/twilio/status' } as const;

function deliver(webhook: (typeof WEBHOOKS)[number], { pairs, signature, path, query, body }: Delivery) {
  return world.call(world.handlers[webhook], 'POST', path ?? PATHS[webhook], {
    // API Gateway hands a form over in base64.
    body: Buffer.from(body ?? new URLSearchParams(pairs.map((pair) => [...pair])).toString()).toString(
      'base64',
    ),
    isBase64Encoded: true,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(signature !== undefined && { 'x-twilio-signature': signature }),
    },
    ...(query !== undefined && { query }),
  });
}

const stopFrom = (number: string, sid: string): Pairs => [
  ['Body', 'STOP'],
  ['From', number],
  ['MessageSid', sid],
  ['To', SENDER],
];
let sids = 0;
const newSid = () => `SM${String(++sids).padStart(32, '0')}`;
const changed = (pairs: Pairs, name: string, value: string): Pairs =>
  pairs.map((pair) => (pair[0] === name ? [name, value] : pair));

/** Forgeries made from a genuine text of another person. */
const FORGERIES: readonly (readonly [string, (url: string, pairs: Pairs) => Delivery])[] = [
  ['no signature', (_url, pairs) => ({ pairs })],
  ['an empty signature', (_url, pairs) => ({ pairs, signature: '' })],
  ['a signature with the empty token', (url, pairs) => ({ pairs, signature: signatureOf(url, pairs, '') })],
  ['another token', (url, pairs) => ({ pairs, signature: signatureOf(url, pairs, 'another-token') })],
  ['SHA-256', (url, pairs) => ({ pairs, signature: signatureOf(url, pairs, AUTH_TOKEN, 'sha256') })],
  [
    'the right signature in hexadecimal',
    (url, pairs) => ({
      pairs,
      signature: Buffer.from(signatureOf(url, pairs), 'base64').toString('hex'),
    }),
  ],
  [
    'the right signature with more behind it',
    (url, pairs) => ({ pairs, signature: `${signatureOf(url, pairs)}=` }),
  ],
  [
    'another host',
    (url, pairs) => ({ pairs, signature: signatureOf(url.replace('127.0.0.1', 'evil.example'), pairs) }),
  ],
  ['another port', (url, pairs) => ({ pairs, signature: signatureOf(url.replace(/:\d+/, ':8443'), pairs) })],
  [
    'https for http',
    (url, pairs) => ({ pairs, signature: signatureOf(url.replace('http:', 'https:'), pairs) }),
  ],
  [
    'a stage in front of the path',
    (url, pairs) => ({ pairs, signature: signatureOf(url.replace('/twilio', '/prod/twilio'), pairs) }),
  ],
  ['a slash behind the path', (url, pairs) => ({ pairs, signature: signatureOf(`${url}/`, pairs) })],
  ['the path in capitals', (url, pairs) => ({ pairs, signature: signatureOf(url.toUpperCase(), pairs) })],
  [
    'a query that was not signed',
    (url, pairs) => ({ pairs, query: 'a=1', signature: signatureOf(url, pairs) }),
  ],
  ['a signed query that is gone', (url, pairs) => ({ pairs, signature: signatureOf(`${url}?a=1`, pairs) })],
  [
    'another sender of the text',
    (url, pairs) => ({ pairs, signature: signatureOf(url, changed(pairs, 'From', '+13035559999')) }),
  ],
  [
    'a field twice, the second time with the signed value',
    (url, pairs) => ({ pairs: [['From', '+13035559999'], ...pairs], signature: signatureOf(url, pairs) }),
  ],
  [
    'a field twice, the first time with the signed value',
    (url, pairs) => ({ pairs: [...pairs, ['Body', 'START']], signature: signatureOf(url, pairs) }),
  ],
  [
    'a field more',
    (url, pairs) => ({ pairs: [...pairs, ['OptOutType', 'START']], signature: signatureOf(url, pairs) }),
  ],
  [
    'an empty field more, whose name alone is signed over',
    (url, pairs) => ({ pairs: [...pairs, ['OptOutType', '']], signature: signatureOf(url, pairs) }),
  ],
  [
    'a field less',
    (url, pairs) => ({
      pairs: pairs.filter(([name]) => name !== 'To'),
      signature: signatureOf(url, pairs),
    }),
  ],
  [
    'a name in another case',
    (url, pairs) => ({
      pairs: pairs.map(([name, value]) => [name.toLowerCase(), value] as const),
      signature: signatureOf(url, pairs),
    }),
  ],
  [
    'fields signed in the order of the body and not of their names',
    (url, pairs) => ({
      pairs,
      signature: createHmac('sha1', AUTH_TOKEN)
        .update(
          url +
            pairs
              .toReversed()
              .map(([name, value]) => name + value)
              .join(''),
        )
        .digest('base64'),
    }),
  ],
  [
    'a letter that only looks the same',
    (url, pairs) => ({ pairs: changed(pairs, 'Body', 'SТOP'), signature: signatureOf(url, pairs) }),
  ],
  [
    'an accent that is composed otherwise',
    (url, pairs) => ({
      pairs: changed(pairs, 'Body', 'arre\u0302t'),
      signature: signatureOf(url, changed(pairs, 'Body', 'arr\u00eat')),
    }),
  ],
  [
    'the body as JSON',
    (url, pairs) => ({
      pairs,
      body: JSON.stringify(Object.fromEntries(pairs)),
      signature: signatureOf(url, pairs),
    }),
  ],
];

describe.each(WEBHOOKS)('twilio-%s', (webhook) => {
  test.each(FORGERIES)('S4 refuses %s with 403, and nothing is stored', async (_, forge) => {
    const { client, consentTable } = world.tables;
    const number = newNumber();
    const before = (await client.send(new ScanCommand({ TableName: consentTable, Select: 'COUNT' }))).Count;
    const answer = await deliver(webhook, forge(`${base}${PATHS[webhook]}`, stopFrom(number, newSid())));
    expect(answer).toMatchObject({ status: 403, json: { title: 'Forbidden' } });
    const after = (await client.send(new ScanCommand({ TableName: consentTable, Select: 'COUNT' }))).Count;
    expect(after).toBe(before);
  });
});

test.each([
  ['in any order', (pairs: Pairs) => pairs.toReversed()],
  ['with empty values', (pairs: Pairs) => [...pairs, ['FromCity', ''], ['FromZip', '']] as Pairs],
  ['with letters of every kind', (pairs: Pairs) => [...pairs, ['FromCity', 'Zürich 😀 مدينة']] as Pairs],
  [
    'with signs that are escaped on the way',
    (pairs: Pairs) => [...pairs, ['FromCity', "a+b&c=d%20'*()"]] as Pairs,
  ],
])('S4 a genuine text is taken with its fields %s', async (_, shape) => {
  const number = newNumber();
  const pairs = shape(stopFrom(number, newSid()));
  const signature = signatureOf(`${base}/twilio/inbound`, pairs);
  expect(await deliver('inbound', { pairs, signature })).toMatchObject({ status: 200 });
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
});

test('S4 a genuine text is taken whether Twilio signed our address with its port or without', async () => {
  const number = newNumber();
  const pairs = stopFrom(number, newSid());
  const signature = signatureOf(`${base}/twilio/inbound`.replace(/:\d+/, ''), pairs);
  expect(await deliver('inbound', { pairs, signature })).toMatchObject({ status: 200 });
});

test('X3 X5 a genuine text that is replayed, at once or after the person changed their mind, changes nothing', async () => {
  const number = newNumber();
  const said = async (body: string) => {
    const pairs = changed(stopFrom(number, newSid()), 'Body', body);
    const delivery = { pairs, signature: signatureOf(`${base}/twilio/inbound`, pairs) };
    expect(await deliver('inbound', delivery)).toMatchObject({ status: 200 });
    return delivery;
  };
  const start = await said('START');
  await deliver('inbound', start);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in', version: 1 });
  await said('STOP');
  expect(await deliver('inbound', start)).toMatchObject({ status: 200 });
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out', version: 2 });
});
