import { afterAll, beforeAll, expect, test } from 'vitest';
import { consentOf, newNumber, setUp } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
  await world.admin('PUT', '/keywords/roof', { description: 'Flyers' });
});
afterAll(() => world.close());

async function optIns(query: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  let cursor = '';
  do {
    const { json } = await world.admin('GET', `/keywords/ROOF/opt-ins?${query}&limit=1${cursor}`);
    rows.push(...(json['optIns'] as Record<string, unknown>[]));
    cursor = json['next'] ? `&cursor=${json['next']}` : '';
  } while (cursor);
  return rows;
}

test('T1 keywords are created, listed, changed and removed, in upper and lower case', async () => {
  const created = await world.admin('PUT', '/keywords/Siding%202026', { description: 'Radio' });
  expect(created).toMatchObject({ status: 200, json: { word: 'SIDING2026', enabled: true } });
  expect((await world.admin('GET', '/keywords/siding2026')).json).toMatchObject({ description: 'Radio' });
  await world.admin('PUT', '/keywords/SIDING2026', { enabled: false });
  const { json } = await world.admin('GET', '/keywords');
  expect(json['keywords']).toMatchObject([{ word: 'ROOF' }, { word: 'SIDING2026', enabled: false }]);
  const number = newNumber();
  await world.text(number, 'siding2026');
  expect(await consentOf(world, number)).toMatchObject({ status: 'none', keywords: {} });
  expect((await world.admin('DELETE', '/keywords/siding2026')).json).toEqual({ removed: 'SIDING2026' });
  expect(await world.admin('GET', '/keywords/SIDING2026')).toMatchObject({ status: 404 });
  expect(await world.admin('DELETE', '/keywords/SIDING2026')).toMatchObject({ status: 404 });
});

test.each([
  ['yes', 'reserved'],
  ['STOP', 'reserved'],
  ['unsubscribe', 'reserved'],
  ['START', 'reserved'],
  ['Help', 'reserved'],
  ['okay', 'common reply'],
  ['gracias', 'common reply'],
  ['ok', 'at least 3 letters'],
  ['2026', 'digits only'],
])('T1 "%s" is refused with the reason: %s', async (word, reason) => {
  const answer = await world.admin('PUT', `/keywords/${word}`, {});
  expect(answer).toMatchObject({
    status: 422,
    json: { errors: [{ field: 'word', message: expect.stringContaining(reason) }] },
  });
});

test('T1 a keyword is taken by an automation only when it exists, and cannot be removed while one has it', async () => {
  const steps = [{ delay: 'PT0S', template: 'News for roofs' }];
  const automation = { id: 'roofs', kind: 'drip', name: 'roofs', steps };
  expect(await world.admin('PUT', '/automations/roofs', { ...automation, keyword: 'doors' })).toMatchObject({
    status: 422,
    json: { errors: [{ field: 'keyword' }] },
  });
  const put = await world.admin('PUT', '/automations/roofs', { ...automation, keyword: ' Roof ' });
  expect(put.json).toMatchObject({ keyword: 'ROOF' });
  expect(await world.admin('DELETE', '/keywords/roof')).toMatchObject({
    status: 409,
    json: { detail: expect.stringContaining('the automation roofs') },
  });
});

test('T5 an automation that asks for its keyword no longer wakes who waited for it; one that is removed stops who waits in it', async () => {
  await world.admin('PUT', '/keywords/siding2030', {});
  const steps = [{ delay: 'PT0S', template: 'News for sidings' }];
  const automation = { id: 'sidings', kind: 'newProspect', name: 'sidings', steps };
  const put = (more: object) => world.admin('PUT', '/automations/sidings', { ...automation, ...more });
  const lead = async (isOptedIn: boolean) => {
    const number = newNumber();
    if (isOptedIn) await world.text(number, 'START');
    const { json } = await world.admin('POST', '/leads', { number, automations: ['sidings'] });
    const enrollment = async () =>
      ((await world.admin('GET', `/leads/${json['id']}`)).json['enrollments'] as object[])[0];
    return { number, enrollment };
  };
  await put({ keyword: 'siding2030' });
  const [waits, asked] = [await lead(true), await lead(false)];
  await world.runCycle();
  expect(await waits.enrollment()).toMatchObject({ status: 'waiting', reason: 'waitingForKeyword' });
  expect(await asked.enrollment()).toMatchObject({ status: 'waiting', reason: 'waitingForConsent' });
  await put({});
  await world.runCycle();
  await world.runCycle();
  expect(world.textsTo(waits.number)).toEqual([expect.stringContaining('News for sidings')]);
  expect(await asked.enrollment()).toMatchObject({ status: 'waiting', reason: 'waitingForConsent' });
  await world.admin('DELETE', '/automations/sidings');
  await world.runCycle();
  await world.runCycle();
  expect(await asked.enrollment()).toMatchObject({ status: 'stopped', reason: 'automationRemoved' });
  await put({});
  await world.text(asked.number, 'START');
  await world.runCycle();
  expect(world.textsTo(asked.number)).toEqual([]);
});

test('T1 a confirmation that could not be filled for somebody who is no lead is refused', async () => {
  const confirmation = 'Hi {{firstName}}, you are opted in. Reply STOP to opt out.';
  const answer = await world.admin('PUT', '/keywords/windows', { confirmation });
  expect(answer).toMatchObject({ status: 422, json: { errors: [{ field: 'confirmation' }] } });
});

test('T1 B3 a keyword’s own confirmation must say what carriers require, each lack is named, and nothing is kept', async () => {
  const put = (confirmation: string) => world.admin('PUT', '/keywords/doors', { confirmation });
  const { status, json } = await put('Thanks for your interest in new doors!');
  expect(status).toBe(422);
  const errors = json['errors'] as { field: string; message: string }[];
  expect(new Set(errors.map(({ field }) => field))).toEqual(new Set(['confirmation']));
  // The footer contains the word STOP.
  expect(errors.map(({ message }) => message)).toEqual([
    'Name the organization: Test Windows, or {{organizationName}}.',
    expect.stringContaining('recur'),
    expect.stringContaining('rates may apply'),
    expect.stringContaining('HELP'),
  ]);
  expect(await world.admin('GET', '/keywords/doors')).toMatchObject({ status: 404 });
  const lawful = '{{organizationName}} doors: recurring texts. Msg & data rates may apply. HELP for help.';
  expect(await put(lawful)).toMatchObject({ status: 200, json: { confirmation: lawful } });
  await world.admin('DELETE', '/keywords/doors');
});

test('T2 T4 an inbound keyword creates an opt-in record, and STOP makes every one of the number inactive', async () => {
  await world.admin('PUT', '/keywords/gutter', {});
  const [lead, stranger] = [newNumber(), newNumber()];
  const { json } = await world.admin('POST', '/leads', { number: lead });
  await world.text(lead, ' Roof! ');
  await world.text(stranger, 'r o o f');
  await world.text(stranger, 'GUTTER');
  await world.text(newNumber(), 'my roof leaks');
  const record = { status: 'active', keyword: 'ROOF', messageSid: expect.stringMatching(/^SM/) };
  expect(await optIns('active=true')).toEqual([
    { ...record, number: lead, text: ' Roof! ', since: expect.any(String), leads: [json['id']] },
    { ...record, number: stranger, text: 'r o o f', since: expect.any(String), leads: [] },
  ]);
  expect(await consentOf(world, lead)).toMatchObject({ status: 'opted_in' });
  await world.text(stranger, 'Stop');
  expect(await optIns('active=true')).toMatchObject([{ number: lead }]);
  expect(await optIns('active=false')).toMatchObject([
    { number: stranger, status: 'inactive', text: 'r o o f', messageSid: expect.stringMatching(/^SM/) },
  ]);
  expect(await consentOf(world, stranger)).toMatchObject({
    status: 'opted_out',
    keywords: { ROOF: { active: false }, GUTTER: { active: false } },
  });
  expect((await optIns('')).map(({ number }) => number)).toEqual([stranger, lead]);
});

test('T2 B3 a keyword is confirmed in its own words, once; without any in the words of the organization', async () => {
  await world.admin('PATCH', '/settings', { confirmOptIns: true });
  const confirmation =
    'Welcome to roofs by {{organizationName}}. Recurring texts. Msg & data rates may apply. HELP for help.';
  await world.admin('PUT', '/keywords/roof', { confirmation });
  await world.admin('PUT', '/keywords/gutter', {});
  const number = newNumber();
  await world.text(number, 'ROOF');
  await world.text(number, 'ROOF');
  await world.runCycle();
  const welcome = expect.stringContaining('Welcome to roofs by Test Windows.');
  expect(world.textsTo(number)).toEqual([welcome]);
  await world.text(number, 'gutter');
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([welcome, expect.stringContaining('you are opted in')]);
  await world.admin('PATCH', '/settings', { confirmOptIns: false });
});
