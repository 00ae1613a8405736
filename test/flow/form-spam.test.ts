import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { HttpOptions } from '../setup/http-event.ts';
import { consentOf, DISCLAIMER, newNumber, putForm, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());
afterEach(() => vi.useRealTimers());

/** The start of a minute that no other test uses. */
let minute = Date.parse('2026-11-20T15:00:00Z');
function nextMinute(seconds = 0): void {
  minute += 60_000;
  vi.useFakeTimers({ toFake: ['Date'], now: minute + seconds * 1000 });
}

const form = (id: string, more: Record<string, unknown>) =>
  putForm(world, { id, disclaimer: DISCLAIMER, ...more });
const submit = (id: string, more: Record<string, unknown> = {}, options: HttpOptions = {}) =>
  world.submit(id, submission(newNumber(), more), 'application/json', options);

async function submissionsOf(formId: string): Promise<Record<string, unknown>[]> {
  const { client, outreachTable } = world.tables;
  const { Items = [] } = await client.send(new ScanCommand({ TableName: outreachTable }));
  return Items.filter((item) => item['formId'] === formId && item['sk'] === 'SUBMISSION');
}

test('a form whose hidden field is filled in keeps nothing, and its answer tells a program nothing', async () => {
  await form('trapped', { trap: 'website' });
  const number = newNumber();
  const caught = await world.submit('trapped', { ...submission(number), website: 'https://spam.example' });
  expect(caught).toMatchObject({ status: 200, json: { consent: { recorded: false } } });
  expect(await consentOf(world, number)).toMatchObject({ version: 0 });
  expect(await submissionsOf('trapped')).toEqual([]);
  // People leave the trap field empty, or their browser does not send it.
  for (const website of ['', undefined]) {
    expect(await submit('trapped', { website })).toMatchObject({
      status: 200,
      json: { consent: { recorded: true } },
    });
  }
});

test('more submissions than a form takes in a minute get 429 with what to do, and nothing of them is kept', async () => {
  await form('slow', { limits: { perMinute: 3, perAddressPerMinute: 3 } });
  nextMinute(40);
  const answers = await Promise.all(Array.from({ length: 8 }, () => submit('slow')));
  const taken = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 429);
  expect([taken.length, refused.length]).toEqual([3, 5]);
  for (const { json, headers } of refused) {
    expect(json).toMatchObject({
      title: 'Too many submissions',
      detail: expect.stringContaining('in 20 seconds'),
    });
    expect(headers['retry-after']).toBe('20');
  }
  expect(await submissionsOf('slow')).toHaveLength(3);
  nextMinute();
  expect((await submit('slow')).status).toBe(200);
});

test('one address has a limit of its own, another one is still taken, and other forms do not count', async () => {
  await form('shared', { limits: { perMinute: 100, perAddressPerMinute: 2 } });
  nextMinute();
  const from = (sourceIp: string) => submit('shared', {}, { sourceIp });
  expect((await from('198.51.100.1')).status).toBe(200);
  expect((await from('198.51.100.1')).status).toBe(200);
  const third = await from('198.51.100.1');
  expect(third.status).toBe(429);
  expect(third.json['detail']).toContain('from one address');
  expect((await from('198.51.100.2')).status).toBe(200);
  expect((await submit('contact', {}, { sourceIp: '198.51.100.1' })).status).toBe(200);
});

test('who knows the secret of a form posts for everybody: their address has no limit, the form has', async () => {
  const secret = 'a-long-enough-secret';
  await form('server', { secret, limits: { perMinute: 3, perAddressPerMinute: 1 } });
  nextMinute();
  const headers = { 'x-sendgate-secret': secret };
  const statuses: number[] = [];
  for (let count = 0; count < 4; count++) statuses.push((await submit('server', {}, { headers })).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
  // A caller without the secret does not use up the limit.
  nextMinute();
  for (let count = 0; count < 4; count++) expect((await submit('server')).status).toBe(401);
  expect((await submit('server', {}, { headers })).status).toBe(200);
});

test('counts take one small item per form and minute, which the table forgets', async () => {
  nextMinute();
  const { client, outreachTable } = world.tables;
  await form('counted', {});
  for (const sourceIp of ['198.51.100.7', '198.51.100.7', '198.51.100.8'])
    await submit('counted', {}, { sourceIp });
  const { Items = [] } = await client.send(new ScanCommand({ TableName: outreachTable }));
  const counts = Items.filter(({ pk }) => String(pk).startsWith('LIMIT#counted#'));
  expect(counts).toHaveLength(1);
  expect(counts[0]).toMatchObject({ all: 3, expiresAt: minute / 1000 + 660 });
  expect(JSON.stringify(counts)).not.toContain('198.51');
});

test('limits are generous unless they are set, and one that cannot be is refused', async () => {
  await form('plain', { limits: undefined });
  expect((await world.admin('GET', '/forms/plain')).json['limits']).toEqual({
    perMinute: 600,
    perAddressPerMinute: 120,
  });
  const refused = await world.admin('PUT', '/forms/plain', {
    id: 'plain',
    name: 'plain',
    disclaimer: DISCLAIMER,
    limits: { perMinute: 0 },
  });
  expect(refused).toMatchObject({ status: 422, json: { errors: [{ field: 'limits.perMinute' }] } });
});
