import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { CLASSIC } from '../../infra/local/salesforce/improveit360.ts';
import { crmJobKey, lookupKey } from '../../lib/crm/crm-items.ts';
import { consentOf, FOOTER, newNumber, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

const PROSPECT = 'i360__Prospect__c';
const LEAD_SOURCE = 'i360__Lead_Source__c';
const PHONE = 'i360__Home_Phone__c';
const FIELD = 'SMS_Opt_In__c';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());
beforeEach(async () => {
  const { mappings } = (await world.admin('GET', '/crm/mappings')).json as { mappings: { id: string }[] };
  for (const { id } of mappings) await world.admin('DELETE', `/crm/mappings/${id}`);
  await use({ enabled: true, product: 'classic', objects: [], intervalMinutes: 60, limitShare: 0.7 });
});
afterEach(() => {
  world.salesforce.clearFaults();
  world.salesforce.setUsage(0, 15_000);
});

async function use(preferences: Record<string, unknown>): Promise<void> {
  const answer = await world.admin('PATCH', '/crm/preferences', preferences);
  expect(answer.status, answer.body).toBe(200);
}

async function map(checkbox: number, object: string, field: string) {
  const answer = await world.admin('POST', '/crm/mappings', { checkbox, object, field });
  expect(answer.status, answer.body).toBe(201);
  return answer.json as { id: string; check: Record<string, unknown> };
}

/** Formats a number as (303) 555-0142 x12, as Salesforce and people write it. */
function written(number: string, more = ''): string {
  return `(${number.slice(2, 5)}) ${number.slice(5, 8)}-${number.slice(8)}${more}`;
}

function prospect(fields: Record<string, unknown>, modified = new Date(Date.now() - 3_600_000)): string {
  return world.salesforce.org.insert(PROSPECT, fields, modified);
}

const arrives = (number: string, ticked = false) =>
  world.submit('quote', submission(number, ticked ? { smsConsent: 'on' } : {}));

async function eventsOf(number: string): Promise<Record<string, unknown>[]> {
  const answer = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/consent/events`);
  return answer.json['events'] as Record<string, unknown>[];
}

/** Sets the number's last look-up to a time long ago. */
async function age(number: string): Promise<void> {
  await world.tables.client.send(
    new UpdateCommand({
      TableName: world.tables.outreachTable,
      Key: lookupKey(number),
      UpdateExpression: 'SET lookedUpAt = :then',
      ExpressionAttributeValues: { ':then': '2026-01-01T00:00:00.000Z' },
    }),
  );
}

async function callsDuring(work: () => Promise<unknown>): Promise<number> {
  const before = world.salesforce.calls().length;
  await work();
  return world.salesforce.calls().length - before;
}

async function writeBackOf(number: string): Promise<Record<string, unknown> | undefined> {
  const { writeBacks } = (await world.admin('GET', '/crm/write-backs?limit=100')).json as {
    writeBacks: Record<string, unknown>[];
  };
  return writeBacks.find((crmJob) => crmJob['number'] === number);
}

const status = async () => (await world.admin('GET', '/crm/status')).json;

test.each([
  ['as Salesforce writes it', (number: string) => written(number)],
  ['with an extension', (number: string) => written(number, ' x12')],
  [
    'with dots and a country code',
    (number: string) => `+1 ${number.slice(2, 5)}.${number.slice(5, 8)}.${number.slice(8)}`,
  ],
  ['among other words', (number: string) => `home ${number.slice(2)} (evenings)`],
])(
  'H6 H10 a prospect whose mapped field is true is opted in when its lead arrives, its phone %s, and texted on the next cycle',
  async (_, write) => {
    await map(1, 'Prospect', FIELD);
    const number = newNumber();
    const modified = new Date('2026-11-01T10:20:30.000Z');
    const recordId = prospect({ [PHONE]: write(number), [FIELD]: true }, modified);
    await arrives(number);
    await world.runCycle();
    expect(world.textsTo(number)).toEqual([]);
    await world.runCrm();
    expect(await eventsOf(number)).toMatchObject([
      {
        kind: 'crmAttested',
        occurredAt: modified.toISOString(),
        evidence: {
          source: 'crm',
          object: PROSPECT,
          recordId,
          field: FIELD,
          value: true,
          lastModifiedAt: modified.toISOString(),
        },
      },
    ]);
    await world.runCycle();
    expect(world.textsTo(number)).toEqual([expect.stringContaining(FOOTER)]);
  },
);

test('H6 a lead that an agent adds is looked up too; false is no opt-in and no opt-out', async () => {
  await map(1, 'Prospect', FIELD);
  const [agreed, undecided] = [newNumber(), newNumber()];
  prospect({ [PHONE]: written(agreed), [FIELD]: true });
  prospect({ [PHONE]: written(undecided), [FIELD]: false });
  for (const number of [agreed, undecided]) await world.admin('POST', '/leads', { number }, '[agent]');
  await world.runCrm();
  expect(await consentOf(world, agreed)).toMatchObject({ status: 'opted_in' });
  expect(await consentOf(world, undecided)).toMatchObject({ status: 'none' });
});

test('H6 of several records of a number any true counts, each is evidence, and another number with the same digits in it is nobody', async () => {
  await map(1, 'Prospect', FIELD);
  const number = newNumber();
  prospect({ [PHONE]: written(number), [FIELD]: false });
  const second = prospect({ i360__Primary_Mobile_Phone__c: written(number), [FIELD]: true });
  const third = prospect({ [PHONE]: written(number, ' ext. 7'), [FIELD]: true });
  prospect({ [PHONE]: `+44 ${number.slice(2)}`, [FIELD]: true });
  await arrives(number);
  await world.runCrm();
  const records = (await eventsOf(number)).map(({ evidence }) => (evidence as { recordId: string }).recordId);
  expect(records.toSorted()).toEqual([second, third].toSorted());
});

test("H6 H7 a mapping of the object Lead Source reads all of a prospect's lead sources: any true counts", async () => {
  await map(1, 'Lead Source', FIELD);
  const number = newNumber();
  const parent = prospect({ [PHONE]: written(number) });
  for (const value of [false, true, false]) {
    world.salesforce.org.insert(LEAD_SOURCE, { i360__Prospect__c: parent, [FIELD]: value });
  }
  await arrives(number);
  await world.runCrm();
  expect(await eventsOf(number)).toMatchObject([{ kind: 'crmAttested', evidence: { object: LEAD_SOURCE } }]);
});

test('H7 H8 saving a row says whether its field exists, can be read, written, and is a checkbox, and refuses none; rows change and go', async () => {
  const fine = await map(1, 'Prospect', 'sms_opt_in__C');
  expect(fine.check).toMatchObject({
    object: PROSPECT,
    exists: true,
    readable: true,
    writable: true,
    boolean: true,
  });
  const missing = { exists: false, readable: false, writable: false, boolean: false };
  const typo = await map(1, 'Prospect', 'SMS_Opt_Inn__c');
  expect(typo.check).toMatchObject({
    ...missing,
    detail: expect.stringContaining('no field SMS_Opt_Inn__c'),
  });
  expect((await map(2, 'Prospect', 'Hidden_Opt_In__c')).check).toMatchObject(missing);
  expect((await map(2, 'eLead', 'SMS_Opt_In__c')).check).toMatchObject(missing);
  expect((await map(2, "Prospect'; x", 'SMS_Opt_In__c')).check).toMatchObject(missing);
  expect((await map(3, PROSPECT, 'Is_Textable__c')).check).toMatchObject({
    exists: true,
    writable: false,
    boolean: true,
  });
  expect((await map(3, 'prospect', 'Preferred_Channel__c')).check).toMatchObject({
    exists: true,
    boolean: false,
  });
  const changed = await world.admin('PUT', `/crm/mappings/${typo.id}`, {
    checkbox: 4,
    object: 'Prospect',
    field: FIELD,
  });
  expect(changed.json).toMatchObject({ id: typo.id, checkbox: 4, check: { exists: true } });
  expect((await world.admin('DELETE', `/crm/mappings/${fine.id}`)).status).toBe(200);
  expect(
    (await world.admin('PUT', `/crm/mappings/${fine.id}`, { checkbox: 1, object: 'a', field: 'b' })).status,
  ).toBe(404);
  expect((await world.admin('GET', '/crm/mappings')).json['mappings']).toHaveLength(6);
  expect(
    (await world.admin('POST', '/crm/mappings', { checkbox: 0, object: 'Prospect', field: FIELD })).status,
  ).toBe(422);
  expect((await world.admin('GET', '/crm/mappings', undefined, '[agent]')).status).toBe(403);
});

test('H8 a row is saved also while Salesforce is down, and says that it could not be verified', async () => {
  world.salesforce.setFault({ kind: 'unavailable' });
  const { check } = await map(1, 'Prospect', FIELD);
  expect(check).toMatchObject({ unknown: expect.stringContaining('SERVER_UNAVAILABLE') });
});

test('H8 misspelled, hidden and textual fields are skipped, and the others still work', async () => {
  for (const field of ['SMS_Opt_Inn__c', 'Hidden_Opt_In__c', 'Preferred_Channel__c', FIELD])
    await map(1, 'Prospect', field);
  await map(1, 'No Such Object', FIELD);
  const number = newNumber();
  prospect({ [PHONE]: written(number), [FIELD]: true, Hidden_Opt_In__c: true, Preferred_Channel__c: 'true' });
  await arrives(number);
  await world.runCrm();
  expect(await eventsOf(number)).toMatchObject([{ evidence: { field: FIELD } }]);
  expect(await status()).not.toHaveProperty('problem');
});

test('H8 a field that disappears between its description and the query is described again and skipped', async () => {
  await map(1, 'Prospect', 'SMS_Marketing__c');
  await map(1, 'Prospect', FIELD);
  const [before, after] = [newNumber(), newNumber()];
  prospect({ [PHONE]: written(before), SMS_Marketing__c: true });
  await arrives(before);
  await world.runCrm();
  expect(await consentOf(world, before)).toMatchObject({ status: 'opted_in' });
  const definition = CLASSIC.find(({ name }) => name === PROSPECT);
  if (!definition) throw new Error('No prospect');
  const fields = definition.fields.map((field) =>
    field.name === 'SMS_Marketing__c' ? { ...field, hidden: true } : field,
  );
  world.salesforce.org.define({ ...definition, fields });
  prospect({ [PHONE]: written(after), [FIELD]: true });
  await arrives(after);
  await world.runCrm();
  world.salesforce.org.define(definition);
  expect(await consentOf(world, after)).toMatchObject({ status: 'opted_in' });
});

test('H9 ticked checkbox N is written to the fields mapped to N on its object, to no other, and read back', async () => {
  await map(1, 'Prospect', FIELD);
  await map(1, 'Lead Source', FIELD);
  await map(2, 'Prospect', 'SMS_Marketing__c');
  const number = newNumber();
  const id = prospect({ [PHONE]: written(number) });
  const source = world.salesforce.org.insert(LEAD_SOURCE, { i360__Prospect__c: id });
  await arrives(number, true);
  await world.runCrm();
  expect(world.salesforce.org.find(PROSPECT, id)).toMatchObject({ [FIELD]: true });
  expect(world.salesforce.org.find(PROSPECT, id)).not.toHaveProperty('SMS_Marketing__c');
  expect(world.salesforce.org.find(LEAD_SOURCE, source)).toMatchObject({ [FIELD]: true });
  expect(await writeBackOf(number)).toMatchObject({
    status: 'done',
    writes: [
      { object: LEAD_SOURCE, recordId: source, field: FIELD, outcome: 'written' },
      { object: PROSPECT, recordId: id, field: FIELD, outcome: 'written' },
    ],
  });
  // A field that sendgate wrote itself is no CRM opt-in: the ledger has the form's event alone.
  await arrives(number);
  await world.runCrm();
  expect((await eventsOf(number)).map(({ kind }) => kind)).toEqual(['explicitWeb']);
});

test('H9 not ticked writes nothing, and what is ticked already is not written again', async () => {
  await map(1, 'Prospect', FIELD);
  const [unticked, already] = [newNumber(), newNumber()];
  const ids = [unticked, already].map((number) =>
    prospect({ [PHONE]: written(number), [FIELD]: number === already }, new Date('2026-11-01T00:00:00Z')),
  );
  await arrives(unticked);
  await arrives(already, true);
  await world.runCrm();
  for (const id of ids) {
    expect(world.salesforce.org.find(PROSPECT, id)?.['LastModifiedDate']).toBe(
      '2026-11-01T00:00:00.000+0000',
    );
  }
  expect(await writeBackOf(unticked)).toBeUndefined();
  expect(await writeBackOf(already)).toMatchObject({ status: 'done', writes: [{ outcome: 'already' }] });
});

test("B2 a field that sendgate ticked for one number is no consent of the same record's other number, until somebody ticks it again", async () => {
  await map(1, 'Prospect', FIELD);
  const [hers, his] = [newNumber(), newNumber()];
  const id = prospect({ [PHONE]: written(hers), i360__Primary_Mobile_Phone__c: written(his) });
  await arrives(hers, true);
  await world.runCrm();
  await arrives(his);
  await world.runCrm();
  expect(await consentOf(world, his)).toMatchObject({ status: 'none' });
  const later = (minutes: number) => new Date(Date.now() + minutes * 60_000);
  world.salesforce.org.update(PROSPECT, id, { [FIELD]: false }, later(1));
  await arrives(his);
  await world.runCrm();
  world.salesforce.org.update(PROSPECT, id, { [FIELD]: true }, later(2));
  await arrives(his);
  await world.runCrm();
  expect(await consentOf(world, his)).toMatchObject({ status: 'opted_in' });
});

test('H9 read-only fields, writes that are not kept and leads that the CRM does not know yet are visible and due again, and the lead is texted all the same', async () => {
  await map(1, 'Prospect', 'Is_Textable__c');
  await map(1, 'Prospect', 'Guarded__c');
  const [known, unknown] = [newNumber(), newNumber()];
  prospect({ [PHONE]: written(known) });
  await arrives(known, true);
  await arrives(unknown, true);
  await world.runCycle();
  expect(world.textsTo(known)).toHaveLength(1);
  await world.runCrm();
  expect(await writeBackOf(known)).toMatchObject({
    status: 'open',
    attempts: 1,
    writes: [
      { field: 'Is_Textable__c', outcome: 'notWritable' },
      { field: 'Guarded__c', outcome: 'notKept' },
    ],
  });
  const open = await writeBackOf(unknown);
  expect(open).toMatchObject({ status: 'open', writes: [{ outcome: 'noRecord' }, { outcome: 'noRecord' }] });
  expect(Date.parse(String(open?.['dueAt']))).toBeGreaterThan(Date.now() + 50_000);
});

test('H9 a locked record is tried again at once, then later, and is written in the end', async () => {
  await map(1, 'Prospect', FIELD);
  const [briefly, long] = [newNumber(), newNumber()];
  const ids = [briefly, long].map((number) => prospect({ [PHONE]: written(number) }));
  world.salesforce.setFault({ kind: 'rowLock', times: 1 });
  await arrives(briefly, true);
  await world.runCrm();
  expect(world.salesforce.org.find(PROSPECT, ids[0] ?? '')).toMatchObject({ [FIELD]: true });
  world.salesforce.setFault({ kind: 'rowLock' });
  await arrives(long, true);
  await world.runCrm();
  expect(await writeBackOf(long)).toMatchObject({
    status: 'open',
    writes: [{ outcome: 'refused', code: 'UNABLE_TO_LOCK_ROW' }],
  });
  world.salesforce.clearFaults();
  await becomeDue(long);
  await world.runCrm();
  expect(await writeBackOf(long)).toMatchObject({ status: 'done', writes: [{ outcome: 'written' }] });
  expect(world.salesforce.org.find(PROSPECT, ids[1] ?? '')).toMatchObject({ [FIELD]: true });
});

/** Changes a CRM job as if its pause were over. */
async function becomeDue(number: string): Promise<void> {
  const crmJob = await writeBackOf(number);
  await world.tables.client.send(
    new UpdateCommand({
      TableName: world.tables.outreachTable,
      Key: crmJobKey(number, String(crmJob?.['id'])),
      UpdateExpression: 'SET dueAt = :then, workOrder = :then',
      ExpressionAttributeValues: { ':then': '2026-01-01T00:00:00.000Z' },
    }),
  );
}

test.each([
  { kind: 'expiredSession', times: 1, on: 'composite', isOvercome: true },
  { kind: 'unavailable', times: 1, on: 'composite', isOvercome: true },
  { kind: 'slow', milliseconds: 700, times: 2, on: 'composite', isOvercome: true },
  { kind: 'expiredSession', on: 'composite', skip: 1, isOvercome: false },
  { kind: 'unavailable', on: 'composite', skip: 1, isOvercome: false },
  { kind: 'reset', on: 'composite', skip: 1, isOvercome: false },
  { kind: 'requestLimit', on: 'composite', skip: 1, isOvercome: false },
  { kind: 'unavailable', on: 'update', isOvercome: false },
  { kind: 'reset', on: 'update', isOvercome: false },
] as const)(
  'H6 H9 %o in the middle of a look-up loses nothing: at the latest the next run does it',
  async ({ isOvercome, ...fault }) => {
    await map(1, 'Prospect', FIELD);
    await map(1, 'Lead Source', 'SMS_Opt_In__c');
    const [optedIn, ticked] = [newNumber(), newNumber()];
    const parent = prospect({ [PHONE]: written(optedIn) });
    world.salesforce.org.insert(LEAD_SOURCE, { i360__Prospect__c: parent, [FIELD]: true });
    const id = prospect({ [PHONE]: written(ticked) });
    world.salesforce.org.insert(LEAD_SOURCE, { i360__Prospect__c: id });
    expect((await arrives(optedIn)).status).toBe(200);
    expect((await arrives(ticked, true)).status).toBe(200);
    world.salesforce.setFault(fault);
    await world.runCrm();
    if (!isOvercome) {
      expect(await status()).toMatchObject({ problem: { detail: expect.any(String) } });
      expect(await writeBackOf(ticked)).toMatchObject({ status: 'open' });
      world.salesforce.clearFaults();
      await world.runCrm();
    }
    expect(await status()).not.toHaveProperty('problem');
    expect(await consentOf(world, optedIn)).toMatchObject({ status: 'opted_in' });
    expect(await writeBackOf(ticked)).toMatchObject({ status: 'done' });
    expect(world.salesforce.org.find(PROSPECT, id)).toMatchObject({ [FIELD]: true });
    await world.runCycle();
    expect(world.textsTo(optedIn)).toHaveLength(1);
  },
);

test('H6 H10 those who wait are found by the sweep when the CRM changes, each at most once per interval', async () => {
  await map(1, 'Prospect', FIELD);
  const number = newNumber();
  const id = prospect({ [PHONE]: written(number), [FIELD]: false });
  await arrives(number);
  await world.runCycle();
  await world.runCrm(true);
  world.salesforce.org.update(PROSPECT, id, { [FIELD]: true });
  const calls = await callsDuring(() => world.runCrm(true));
  expect(calls).toBe(0);
  expect(await consentOf(world, number)).toMatchObject({ status: 'none' });
  await age(number);
  await world.runCrm(true);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
});

test('H6 S5 a true field never lifts an opt-out, and who opted out is not looked up by the sweep', async () => {
  await map(1, 'Prospect', FIELD);
  const number = newNumber();
  await arrives(number);
  await world.runCycle();
  await world.text(number, 'STOP');
  prospect({ [PHONE]: written(number), [FIELD]: true }, new Date(Date.now() + 1000));
  await world.runCrm();
  expect((await eventsOf(number)).map(({ kind, after }) => [kind, after])).toEqual([
    ['optOut', 'opted_out'],
    ['crmAttested', 'opted_out'],
  ]);
  await age(number);
  expect(await callsDuring(() => world.runCrm(true))).toBe(0);
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
});

test('H6 X3 a field that was ticked before the STOP is late news: kept, and changing nothing', async () => {
  await map(1, 'Prospect', FIELD);
  const number = newNumber();
  await arrives(number, true);
  await world.text(number, 'STOP');
  prospect({ [PHONE]: written(number), [FIELD]: true }, new Date('2026-11-01T00:00:00Z'));
  await arrives(number);
  await world.runCrm();
  expect((await eventsOf(number)).map(({ kind, effect }) => [kind, effect])).toEqual([
    ['explicitWeb', 'changed'],
    ['optOut', 'changed'],
    ['crmAttested', 'late'],
  ]);
});

test('H6 an edit of a record that said true already is no new event; true after false is', async () => {
  await map(1, 'Prospect', FIELD);
  const number = newNumber();
  const id = prospect({ [PHONE]: written(number), [FIELD]: true });
  const visit = async () => {
    await arrives(number);
    await world.runCrm();
    return (await eventsOf(number)).length;
  };
  expect(await visit()).toBe(1);
  world.salesforce.org.update(PROSPECT, id, { Name: 'Another' });
  expect(await visit()).toBe(1);
  world.salesforce.org.update(PROSPECT, id, { [FIELD]: false });
  expect(await visit()).toBe(1);
  world.salesforce.org.update(PROSPECT, id, { [FIELD]: true });
  expect(await visit()).toBe(2);
});

test('H6 X5 an opt-in that was recorded before the look-up died is recorded once', async () => {
  await map(1, 'Prospect', FIELD);
  const number = newNumber();
  prospect({ [PHONE]: written(number), [FIELD]: true });
  await arrives(number);
  await world.runCrm();
  // The worker writes what it has seen last: a worker that dies before has written everything else.
  const { client, outreachTable } = world.tables;
  await client.send(new DeleteCommand({ TableName: outreachTable, Key: lookupKey(number) }));
  await arrives(number);
  await world.runCrm();
  expect((await eventsOf(number)).map(({ kind }) => kind)).toEqual(['crmAttested']);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
});

test('H6 H9 two hundred leads cost a handful of calls, ticked checkboxes included', async () => {
  await map(1, 'Prospect', FIELD);
  await map(1, 'Lead Source', FIELD);
  const numbers = Array.from({ length: 200 }, () => newNumber());
  const distinct = [...new Set(numbers)];
  for (const [index, number] of distinct.entries()) {
    const parent = prospect({ [PHONE]: written(number), [FIELD]: index % 3 === 0 });
    world.salesforce.org.insert(LEAD_SOURCE, { i360__Prospect__c: parent, [FIELD]: index % 3 === 1 });
    await arrives(number, index % 10 === 2);
  }
  const calls = await callsDuring(() => world.runCrm());
  process.stdout.write(`    ${distinct.length} leads, one in ten ticked: ${calls} API calls\n`);
  expect(distinct.length).toBe(200);
  expect(calls).toBeLessThanOrEqual(6);
  expect(await consentOf(world, distinct[0] ?? '')).toMatchObject({ status: 'opted_in' });
  expect(await consentOf(world, distinct[1] ?? '')).toMatchObject({ status: 'opted_in' });
});

test("H6 Salesforce's own count slows look-ups down before it stops us", async () => {
  await map(1, 'Prospect', FIELD);
  const [waits, comes] = [newNumber(), newNumber()];
  prospect({ [PHONE]: written(waits), [FIELD]: true });
  prospect({ [PHONE]: written(comes), [FIELD]: true });
  await use({ enabled: false });
  await arrives(waits);
  await world.runCycle();
  await use({ enabled: true });
  world.salesforce.setUsage(10_600, 15_000);
  await arrives(comes);
  await world.runCrm(true);
  expect(await consentOf(world, comes)).toMatchObject({ status: 'opted_in' });
  expect(await consentOf(world, waits)).toMatchObject({ status: 'none' });
  expect(await status()).toMatchObject({ pace: 'arrivals', apiUsage: { limit: 15_000 } });
  world.salesforce.setUsage(0, 15_000);
  await arrives(newNumber());
  await world.runCrm(true);
  expect(await consentOf(world, waits)).toMatchObject({ status: 'opted_in' });
});

test('where ImproveIt 360 is not in use Salesforce is asked nothing', async () => {
  await map(1, 'Prospect', FIELD);
  await use({ enabled: false });
  await arrives(newNumber(), true);
  expect(await callsDuring(() => world.runCrm(true))).toBe(0);
});
