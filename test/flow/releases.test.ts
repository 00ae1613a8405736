import { afterAll, beforeAll, expect, test } from 'vitest';
import { consentOf, newNumber, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());

const path = (number: string) => `/numbers/${encodeURIComponent(number)}`;
const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

function importCsv(text: string, groups = '[admin]') {
  return world.call(world.handlers.admin, 'POST', '/releases', {
    body: text,
    headers: { 'content-type': 'text/csv' },
    claims: { sub: 'user-1', username: 'ada', 'cognito:groups': groups },
  });
}

async function optedIn(): Promise<string> {
  const number = newNumber();
  await world.submit('quote', submission(number, { smsConsent: true, submittedAt: ago(10) }));
  return number;
}

test('S1 X3 a number that was given to somebody else gets no more texts, and its new holder opts in for themselves', async () => {
  const number = await optedIn();
  const release = { source: 'Reassigned Numbers Database', date: ago(5) };
  expect((await world.admin('POST', `${path(number)}/release`, release, '[agent]')).status).toBe(403);
  const answer = await world.admin('POST', `${path(number)}/release`, release);
  expect(answer.json).toMatchObject({ outcome: 'changed', sentence: expect.stringContaining('has ended') });
  expect(await consentOf(world, number)).toMatchObject({ status: 'none' });
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  // A form that the former holder sent before the release is no consent of the new one.
  await world.submit('quote', submission(number, { smsConsent: true, submittedAt: ago(6) }));
  expect(await consentOf(world, number)).toMatchObject({ status: 'none' });
  await world.submit('quote', submission(number, { smsConsent: true }));
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
  const late = await world.admin('POST', `${path(number)}/release`, { ...release, date: ago(4) });
  expect(late.json).toMatchObject({ outcome: 'late' });
  const future = await world.admin('POST', `${path(number)}/release`, { ...release, date: ago(-1) });
  expect(future.status).toBe(422);
  const { json } = await world.admin('GET', `${path(number)}/consent/events`);
  expect(json['verified']).toBe(true);
  expect(json['events']).toContainEqual(
    expect.objectContaining({
      kind: 'numberReleased',
      evidence: { source: 'manual', actor: 'ada', method: 'Reassigned Numbers Database' },
    }),
  );
});

test('S1 a list of reassigned and deactivated numbers is imported row by row, once, and never ends an opt-out', async () => {
  const [given, stopped, unknown] = [await optedIn(), await optedIn(), newNumber()];
  await world.text(stopped, 'STOP');
  const rows = [
    `${given},${ago(5)},deactivation list`,
    `${stopped},${ago(0)},deactivation list`,
    `${unknown},2026-03-03,deactivation list`,
    `${given},,deactivation list`,
    `no number,2026-03-03,deactivation list`,
  ];
  const text = ['number,date,source', ...rows].join('\n');
  expect((await importCsv(text, '[agent]')).status).toBe(403);
  const answer = await importCsv(text);
  expect((answer.json['rows'] as { outcome: string }[]).map(({ outcome }) => outcome)).toEqual([
    'recorded',
    'unchanged',
    'unchanged',
    'invalid',
    'invalid',
  ]);
  expect((await importCsv(text)).json['counts']).toMatchObject({ recorded: 0 });
  expect(await consentOf(world, given)).toMatchObject({ status: 'none', version: 2 });
  expect(await consentOf(world, stopped)).toMatchObject({ status: 'opted_out' });
  await world.runCycle();
  expect(world.textsTo(given)).toEqual([]);
  expect((await importCsv('number,source\n+13035550142,x')).status).toBe(422);
});

test('X7 a person decides that a text came from a wrong number: the consent ends, and nothing leaves, whatever the settings', async () => {
  await world.admin('PATCH', '/settings', { requireSmsOptIn: false });
  const number = await optedIn();
  await world.text(number, 'Wrong number, sorry');
  const decided = await world.admin('PATCH', `${path(number)}/conversation`, { decision: 'wrongNumber' });
  expect(decided.json['conversation']).toMatchObject({ decided: { decision: 'wrongNumber', by: 'ada' } });
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  const { json } = await world.admin('GET', `${path(number)}/consent/events`);
  expect((json['events'] as { kind: string }[]).map(({ kind }) => kind)).toEqual([
    'explicitWeb',
    'numberReleased',
    'optOut',
  ]);
  // The new holder may opt in on the web: it was no text from the phone that opted out.
  await world.submit('quote', submission(number, { smsConsent: true }));
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
  await world.admin('PATCH', '/settings', { requireSmsOptIn: true });
});
