import { afterAll, beforeAll, expect, test } from 'vitest';
import { consentOf, newNumber, setUp } from './organization.ts';
import { call, createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());

const claims = { sub: 'user-1', username: 'ada', 'cognito:groups': '[admin]' };
function send(body: string, { type = 'text/csv', query = '', groups = '[admin]' } = {}) {
  const headers = { 'content-type': `${type}; charset=utf-8` };
  const options = { body, headers, query, claims: { ...claims, 'cognito:groups': groups } };
  return call(world.handlers.admin, 'POST', '/imports', options);
}

const HEADER = 'Number,Date,Method,Proof,Wording,Name';
const WORDING = 'I agree, and I know that I can stop, to get texts from Test Windows.';
const line = (number: string, date = '2026-05-01', proof = 'scan 7') =>
  `${number},${date},on paper,${proof},"${WORDING}",Dana`;
const outcomesOf = (json: Record<string, unknown>) =>
  (json['rows'] as { outcome: string }[]).map(({ outcome }) => outcome);

test('S6 H11 an import records documented opt-ins with the line, the import and who imported it', async () => {
  const [one, other] = [newNumber(), newNumber()];
  const national = `"(${one.slice(2, 5)}) ${one.slice(5, 8)}-${one.slice(8)}"`;
  const answer = await send(`\ufeff${HEADER}\r\n${line(national)}\r\n\r\n${line(other)}\r\n`);
  expect(answer).toMatchObject({ status: 200, json: { dryRun: false, counts: { recorded: 2, invalid: 0 } } });
  expect(await consentOf(world, one)).toMatchObject({
    status: 'opted_in',
    statusBy: { source: 'import' },
  });
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(other)}/consent/events`);
  expect(json['events']).toMatchObject([
    {
      kind: 'manualOptIn',
      occurredAt: '2026-05-01T00:00:00.000Z',
      evidence: {
        source: 'import',
        importId: answer.json['importId'],
        row: 2,
        actor: 'ada',
        method: 'on paper',
        proof: 'scan 7',
        wordsShown: WORDING,
      },
    },
  ]);
  // The same file again changes nothing and adds nothing.
  const again = await send(`${HEADER}\n${line(national)}\n${line(other)}`);
  expect(outcomesOf(again.json)).toEqual(['unchanged', 'unchanged']);
  expect(await consentOf(world, one)).toMatchObject({ version: 1 });
});

test('S6 X3 an import never revives an opt-out', async () => {
  const [stopped, returned] = [newNumber(), newNumber()];
  for (const number of [stopped, returned]) await send(`${HEADER}\n${line(number)}`);
  await world.text(stopped, 'STOP');
  await world.admin('POST', `/numbers/${encodeURIComponent(returned)}/opt-out`);
  const later = new Date().toISOString();
  // The rows are the same paper, another paper from before the STOP, and one that was signed after it.
  const rows = [
    line(stopped),
    line(stopped, '2026-06-01', 'scan 8'),
    line(stopped, new Date().toISOString().slice(0, 10), 'scan 9'),
    line(returned, later, 'scan 10'),
    // The phone said STOP: no paper lifts that.
    line(stopped, later, 'scan 11'),
  ].join('\n');
  const expected = ['late', 'late', 'late', 'recorded', 'unchanged'];
  const dryRun = await send(`${HEADER}\n${rows}`, { query: 'dryRun=true' });
  expect(outcomesOf(dryRun.json)).toEqual(expected);
  const answer = await send(`${HEADER}\n${rows}`);
  expect(outcomesOf(answer.json)).toEqual(expected);
  expect(answer.json['rows']).toMatchObject([
    { reason: expect.stringMatching(/opted out later, at 20/) },
    {},
    {},
    {},
    { reason: expect.stringContaining('only START from their phone lifts that') },
  ]);
  expect(await consentOf(world, stopped)).toMatchObject({ status: 'opted_out' });
  expect(await consentOf(world, returned)).toMatchObject({ status: 'opted_in' });
});

test('S6 a row without documentation is refused with the reason and keeps no other row from being recorded', async () => {
  const number = newNumber();
  const row = { number, date: '2026-05-01', method: 'phone', proof: 'recording 3', wording: WORDING };
  const { proof: _, ...unproved } = { ...row, number: newNumber() };
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  const rows = [
    row,
    unproved,
    { ...row, number: '555' },
    { ...row, date: 'May' },
    { ...row, date: tomorrow },
  ];
  const text = `${rows.map((entry) => JSON.stringify(entry)).join('\n')}\nnonsense\n7\n`;
  const { json } = await send(text, { type: 'application/x-ndjson' });
  expect(outcomesOf(json)).toEqual(['recorded', ...Array(6).fill('invalid')]);
  const reasons = (json['rows'] as { reason?: string }[]).map(({ reason }) => reason);
  expect(reasons[1]).toMatch(/^proof: Say where the proof lies/);
  expect(reasons[2]).toMatch(/^number: /);
  expect(reasons[3]).toMatch(/^date: /);
  expect(reasons[4]).toMatch(/future/);
  expect(reasons[5]).toMatch(/no JSON object/);
  expect(await consentOf(world, unproved.number)).toMatchObject({ version: 0 });
});

test('S6 a dry run records nothing', async () => {
  const number = newNumber();
  const { json } = await send(`${HEADER}\n${line(number)}\n${line(number)}`, { query: 'dryRun=true' });
  expect(json).toMatchObject({ dryRun: true, counts: { recorded: 1, unchanged: 1 } });
  expect(await consentOf(world, number)).toMatchObject({ version: 0, status: 'none' });
});

test('S6 an import that cannot be read as a whole is refused with what to change; agents may not import', async () => {
  expect(await send('number,date\n+13035550142,2026-01-01')).toMatchObject({ status: 422 });
  expect((await send('number,date\n1,2')).body).toContain('Missing: method, proof, wording.');
  expect((await send(`${HEADER}\n"+1303`)).body).toContain('not valid CSV');
  expect((await send(HEADER)).body).toContain('no rows');
  const many = `${HEADER}\n${`${line('+13035550142')}\n`.repeat(1001)}`;
  expect((await send(many)).body).toContain('1001 rows');
  expect(await send('{}', { type: 'application/json' })).toMatchObject({ status: 415 });
  expect(await send(HEADER, { groups: '[agent]' })).toMatchObject({ status: 403 });
});
