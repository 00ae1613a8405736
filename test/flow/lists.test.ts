import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConsentLists } from '../../lib/consent/lists.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { handset } from '../lib/consent/new-events.ts';
import { newNumber, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
/** Numbers that opted in by form and then out by STOP, in order. */
const stopped: string[] = [];
/** Numbers that opted in by form. */
const willing: string[] = [];
const unknown: string[] = [];

beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
  for (let index = 0; index < 12; index++) {
    const number = newNumber();
    await world.submit('contact', submission(number));
    if (index % 3 === 0) {
      await world.text(number, 'STOP');
      stopped.push(number);
    } else willing.push(number);
  }
  for (let index = 0; index < 2; index++) {
    const number = newNumber();
    await world.text(number, 'Yes');
    unknown.push(number);
  }
});
afterAll(() => world.close());

interface Row {
  readonly number: string;
  readonly status: string;
  readonly changedAt: string;
}

/** Reads all pages of a list. @param name the field that holds the rows. */
async function all(path: string, name = 'consents'): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor = '';
  do {
    const answer = await world.admin('GET', `${path}${cursor && `&cursor=${cursor}`}`);
    expect(answer.status, answer.body).toBe(200);
    rows.push(...(answer.json[name] as Row[]));
    cursor = String(answer.json['next'] ?? '');
  } while (cursor);
  return rows;
}
const numbersOf = (rows: readonly Row[]) => rows.map(({ number }) => number);

test('B4 every number is listed once with its status, by number and by change, in both directions', async () => {
  const everyone = [...stopped, ...willing, ...unknown];
  for (const limit of [1, 4, 100]) {
    const byNumber = numbersOf(await all(`/consents?sort=number&limit=${limit}`));
    expect(byNumber).toEqual(everyone.toSorted());
    const downwards = numbersOf(await all(`/consents?sort=number&order=desc&limit=${limit}`));
    expect(downwards).toEqual(everyone.toSorted().reverse());
    const newestFirst = await all(`/consents?limit=${limit}`);
    expect(newestFirst).toHaveLength(everyone.length);
    const moments = newestFirst.map(({ changedAt }) => changedAt);
    expect(moments).toEqual(moments.toSorted().reverse());
  }
});

test('S7 numbers are listed by status, source, first digits and date, alone and together', async () => {
  expect(numbersOf(await all('/consents?status=opted_out&limit=3')).toSorted()).toEqual(stopped.toSorted());
  expect(numbersOf(await all('/consents?status=none&limit=3')).toSorted()).toEqual(unknown.toSorted());
  expect(numbersOf(await all('/consents?source=form&limit=3')).toSorted()).toEqual(willing.toSorted());
  expect(numbersOf(await all('/consents?source=handset&limit=3')).toSorted()).toEqual(stopped.toSorted());
  expect(await all('/consents?source=crm&limit=3')).toEqual([]);
  const [one = ''] = willing;
  const national = `(${one.slice(2, 5)}) ${one.slice(5, 8)}-${one.slice(8)}`;
  expect(numbersOf(await all(`/consents?limit=3&prefix=${encodeURIComponent(national)}`))).toEqual([one]);
  const sharing = willing.filter((number) => number.startsWith(one.slice(0, -1)));
  const together = `/consents?limit=2&status=opted_in&source=form&sort=change&prefix=${one.slice(1, -1)}`;
  expect(numbersOf(await all(together)).toSorted()).toEqual(sharing.toSorted());
  const today = new Date().toISOString().slice(0, 10);
  expect(await all(`/consents?limit=9&from=${today}&to=${today}`)).toHaveLength(14);
  expect(await all('/consents?limit=9&to=2026-01-01')).toEqual([]);
  const row = (await all(`/consents?limit=1&prefix=${stopped[0]?.slice(1)}`))[0];
  expect(row).toMatchObject({
    status: 'opted_out',
    statusBy: { kind: 'optOut', source: 'handset', sequence: 2 },
    changedBy: { kind: 'optOut', source: 'handset', sequence: 2 },
    smsOptedIn: false,
    carrierBlocked: true,
    leads: [expect.any(String)],
  });
});

test('C7 C5 the do-not-contact list finds who opted out by number, first digits and template status', async () => {
  const listed = await all('/do-not-contact?limit=3', 'numbers');
  expect(numbersOf(listed)).toEqual(stopped.toSorted());
  expect(listed[0]).toMatchObject({ templateStatus: 'Not Sent' });
  const [one = ''] = stopped;
  expect(numbersOf(await all(`/do-not-contact?number=%2B${one.slice(1)}`, 'numbers'))).toEqual([one]);
  expect(await all(`/do-not-contact?number=%2B${willing[0]?.slice(1)}`, 'numbers')).toEqual([]);
  expect(numbersOf(await all(`/do-not-contact?prefix=${one.slice(1)}`, 'numbers'))).toEqual([one]);
  expect(await all('/do-not-contact?templateStatus=Rejected', 'numbers')).toEqual([]);
  const notSent = await all('/do-not-contact?templateStatus=Not%20Sent&limit=2', 'numbers');
  expect(numbersOf(notSent)).toEqual(stopped.toSorted());
});

test('S7 a cursor of another filter, another list or another hand is refused', async () => {
  const { json } = await world.admin('GET', '/consents?limit=2&status=opted_in');
  const cursor = String(json['next']);
  expect((await world.admin('GET', `/consents?limit=5&status=opted_in&cursor=${cursor}`)).status).toBe(200);
  const forged = Buffer.from('{"of":"x","after":"+1"}').toString('base64url');
  const { of } = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as { of: string };
  const tooLong = Buffer.from(JSON.stringify({ of, after: 'x'.repeat(1025) })).toString('base64url');
  for (const path of [
    `/consents?status=opted_out&cursor=${cursor}`,
    `/consents?status=opted_in&order=asc&cursor=${cursor}`,
    `/do-not-contact?cursor=${cursor}`,
    `/consents?status=opted_in&cursor=${forged}`,
    `/consents?limit=5&status=opted_in&cursor=${tooLong}`,
    '/consents?status=opted_in&cursor=x',
  ]) {
    expect((await world.admin('GET', path)).status, path).toBe(422);
  }
});

test('T2 T4 who opted in by a keyword is listed under it, with the text that brought it; STOP ends it there', async () => {
  const { client, consentTable: table } = world.tables;
  const registry = createConsentRegistry({ client, table, now: () => new Date() });
  const lists = createConsentLists({ client, table });
  const numbers = [newNumber(), newNumber(), newNumber()].toSorted();
  for (const [index, number] of numbers.entries()) {
    const occurredAt = new Date().toISOString();
    const evidence = { ...handset('ROOF', false), messageSid: `SM${index}`, wordsSent: 'roof!' };
    await registry.record({ number, kind: 'handsetKeyword', occurredAt, sourceId: `k-${index}`, evidence });
  }
  const [first = '', second = '', third = ''] = numbers;
  await world.text(second, 'STOP');
  const holding = await lists.keywordOptIns('ROOF', { active: true }, { limit: 1 });
  expect(holding.rows).toMatchObject([{ number: first, active: true, messageSid: 'SM0', text: 'roof!' }]);
  const rest = await lists.keywordOptIns('ROOF', { active: true }, { limit: 9, after: holding.next });
  expect(rest.rows.map(({ number }) => number)).toEqual([third]);
  const ended = await lists.keywordOptIns('ROOF', { active: false }, { limit: 9 });
  expect(ended.rows).toMatchObject([{ number: second, active: false, messageSid: 'SM1', sequence: 2 }]);
  expect(numbersOf(await all('/consents?keyword=roof&limit=1'))).toEqual([third, first, second]);
  expect(numbersOf(await all('/consents?keyword=%20r%20oof!&limit=100'))).toEqual([third, first, second]);
  expect(numbersOf(await all('/consents?keyword=ROOF&status=opted_out&limit=1'))).toEqual([second]);
  expect(await world.admin('GET', '/consents?keyword=ROOF&sort=number')).toMatchObject({ status: 422 });
});

test('S4 a STOP of somebody with more keywords than a transaction takes is recorded, and ends every one', async () => {
  const { client, consentTable: table } = world.tables;
  const registry = createConsentRegistry({ client, table, now: () => new Date() });
  const number = newNumber();
  for (let index = 0; index < 101; index++) {
    const occurredAt = new Date().toISOString();
    const evidence = handset(`WORD${index}`, false);
    await registry.record({ number, kind: 'handsetKeyword', occurredAt, sourceId: `w-${index}`, evidence });
  }
  await world.text(number, 'STOP');
  expect((await registry.read(number)).status).toBe('opted_out');
  const lists = createConsentLists({ client, table });
  for (const word of ['WORD0', 'WORD96', 'WORD97', 'WORD100']) {
    expect((await lists.keywordOptIns(word, {}, { limit: 5 })).rows).toMatchObject([{ active: false }]);
  }
});
