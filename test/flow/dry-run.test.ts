import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { enrollmentKey } from '../../lib/automation/enrollment-items.ts';
import { FOOTER, newNumber, putForm, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
  await putForm(world, { id: 'later', disclaimer: 'You agree to texts.', automations: ['follow-up'] });
  await putForm(world, {
    id: 'later-quote',
    checkboxes: [{ number: 1, field: 'smsConsent', wordsShown: 'I agree to texts.' }],
    automations: ['follow-up'],
  });
});
afterAll(() => world.close());
/** Runs a cycle before each test, so that no text of the test before is still due. */
beforeEach(() => world.runCycle());
afterEach(() => {
  vi.useRealTimers();
});

interface Outcome {
  readonly verdict: string;
  readonly reason: string | null;
}
interface Billed {
  readonly texts: number;
  readonly segments: number;
  readonly perText: Record<string, number>;
  readonly cost: { readonly amount: number };
}
interface Group {
  readonly texts: number;
  readonly outcomes: (Outcome & { count: number; samples: { number: string; sentence: string }[] })[];
  readonly leaving: Billed;
  readonly deferred: Billed;
  readonly arrivals: { zones: string[]; texts: number; local: Record<string, string>[] }[];
  readonly changed: { from: Outcome; to: Outcome; count: number }[];
}
interface DryRun {
  readonly due: Group;
  readonly waiting: Group | null;
  readonly unreadable: number;
  readonly complete: boolean;
  readonly next: string | null;
}

async function dryRun(body: object = {}, query = ''): Promise<DryRun> {
  const { status, json, body: text } = await world.admin('POST', `/cycles/dry-run${query}`, body, '[agent]');
  expect(status, text).toBe(200);
  return json as unknown as DryRun;
}

async function lead(form = 'contact', more: object = {}): Promise<string> {
  const number = newNumber();
  expect((await world.submit(form, submission(number, { ...more }))).status).toBe(200);
  return number;
}

function counts(group: Group | null): Record<string, number> {
  const named = (group?.outcomes ?? []).map(({ verdict, reason, count }) => [
    reason ? `${verdict} ${reason}` : verdict,
    count,
  ]);
  return Object.fromEntries(named);
}

/** Reads everything that is stored, queued and at Twilio. */
async function everything(): Promise<unknown> {
  const { consentTable, outreachTable, configurationTable, priorityQueueUrl, bulkQueueUrl } = world.tables;
  const sqs = new SQSClient({});
  const stored = [consentTable, outreachTable, configurationTable].map(async (TableName) => {
    const { Items = [] } = await world.tables.client.send(new ScanCommand({ TableName }));
    return Items.map((item) => JSON.stringify(item, Object.keys(item).sort())).sort();
  });
  const queued = [priorityQueueUrl, bulkQueueUrl].map(async (QueueUrl) => {
    const AttributeNames = ['ApproximateNumberOfMessages' as const];
    return (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }))).Attributes;
  });
  const all = { stored: await Promise.all(stored), queued: await Promise.all(queued) };
  sqs.destroy();
  return { ...all, twilio: structuredClone(world.twilio.messages()) };
}

test('X12 the dry run says what the next cycle does, by verdict and reason with sentences, and writes nothing', async () => {
  const sendable = [await lead(), await lead('contact', { firstName: 'Zoë “Z” '.repeat(8).trim() })];
  const noConsent = await lead('quote');
  const stopped = await lead();
  await world.text(stopped, 'STOP');
  await world.twilio.settle();
  const before = await everything();
  const answer = await dryRun();
  expect(await everything()).toEqual(before);
  expect(answer).toMatchObject({ complete: true, next: null, unreadable: 0, waiting: null });
  expect(counts(answer.due)).toEqual({ send: 2, 'hold waitingForConsent': 1, 'hold optedOut': 1 });
  const samples = answer.due.outcomes.flatMap(({ samples }) => samples);
  expect(samples).toContainEqual(
    expect.objectContaining({
      number: noConsent,
      automationId: 'welcome',
      sentence: 'held: the setting is on and the number has no recorded opt-in',
    }),
  );
  await world.runCycle();
  const sent = sendable.flatMap((number) => world.textsTo(number));
  expect(sent).toHaveLength(answer.due.leaving.texts);
  expect([noConsent, stopped].flatMap(world.textsTo)).toEqual([]);
  // One text is GSM-7 in one segment; the other has curly quotes: UCS-2, 67 characters to a segment.
  const long = sent.find((text) => text.includes('“')) ?? '';
  const expected = 1 + Math.ceil(long.length / 67);
  expect(long).toContain(FOOTER);
  expect(answer.due.leaving.segments).toBe(expected);
  expect(answer.due.leaving.cost).toEqual({
    amount: Number((expected * 0.0083).toFixed(6)),
    currency: 'USD',
  });
});

test('X12 before requireSmsOptIn is switched on: who would be held tomorrow; the setting stays off', async () => {
  await world.admin('PATCH', '/settings', { requireSmsOptIn: false });
  const [consented, unconsented] = [await lead('later'), await lead('later-quote')];
  expect((await dryRun()).due.texts).toBe(0);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  const answer = await dryRun({ settings: { requireSmsOptIn: true }, at: tomorrow });
  expect(counts(answer.due)).toEqual({ send: 1, 'hold waitingForConsent': 1 });
  expect(answer.due.changed).toEqual([
    {
      from: { verdict: 'send', reason: null },
      to: { verdict: 'hold', reason: 'waitingForConsent' },
      count: 1,
    },
  ]);
  const held = answer.due.outcomes.find(({ verdict }) => verdict === 'hold');
  expect(held?.samples.map(({ number }) => number)).toEqual([unconsented]);
  const sent = answer.due.outcomes.find(({ verdict }) => verdict === 'send');
  expect(sent?.samples.map(({ number }) => number)).toEqual([consented]);
  expect((await world.admin('GET', '/settings')).json).toMatchObject({ requireSmsOptIn: false });
  await world.admin('PATCH', '/settings', { requireSmsOptIn: true });
});

test('X12 before it is switched off: who of those that wait would get a text at once', async () => {
  const [waits, stopped] = [await lead('quote'), await lead('quote')];
  await world.text(stopped, 'STOP');
  await world.runCycle();
  expect((await dryRun()).waiting).toBeNull();
  const { waiting, due } = await dryRun({ settings: { requireSmsOptIn: false } });
  expect(due.texts).toBe(0);
  const sent = waiting?.outcomes.find(({ verdict }) => verdict === 'send');
  expect(waiting?.changed).toContainEqual({
    from: { verdict: 'hold', reason: 'waitingForConsent' },
    to: { verdict: 'send', reason: null },
    count: sent?.count,
  });
  expect(counts(waiting)['hold optedOut']).toBeGreaterThanOrEqual(1);
  await world.runCycle();
  expect([waits, stopped].flatMap(world.textsTo)).toEqual([]);
});

test('X12 X6 the local time at which texts would arrive, zone by zone, those of a closed window when it opens', async () => {
  await world.admin('PATCH', '/settings', { quietHours: 'enforced' });
  // It is 7:30 in Denver and 9:30 in New York.
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2027-06-03T13:30:00.000Z') });
  // Texts that other tests deferred are too old by now, and are dropped.
  await world.runCycle();
  const [denver, newYork] = ['+13035550195', '+12125550195'];
  await world.submit('contact', submission(denver, { zip: '80202' }));
  await world.submit('contact', submission(newYork, { zip: '10001' }));
  const { due } = await dryRun();
  expect(counts(due)).toEqual({ send: 1, 'defer quietHours': 1 });
  expect(due.leaving.texts).toBe(1);
  expect(due.deferred).toMatchObject({ texts: 1, segments: 1 });
  expect(due.arrivals).toHaveLength(2);
  const [local, until] = ['2027-06-03T09:00', '2027-06-03T09:30'];
  expect(due.arrivals).toContainEqual(
    expect.objectContaining({
      texts: 1,
      local: [{ zone: 'America/Denver', earliest: local, latest: local }],
    }),
  );
  expect(due.arrivals).toContainEqual(
    expect.objectContaining({
      texts: 1,
      local: [{ zone: 'America/New_York', earliest: until, latest: until }],
    }),
  );
  await world.admin('PATCH', '/settings', { quietHours: 'offForTesting' });
});

test('X12 C2 what if double opt-in were on: one request per number, whose words are counted, and the rest held', async () => {
  for (const id of ['welcome-2', 'welcome-3']) {
    const steps = [{ delay: 'PT0S', template: `Hello from ${id}` }];
    await world.admin('PUT', `/automations/${id}`, { id, kind: 'newProspect', name: id, steps });
  }
  const automations = ['welcome', 'welcome-2', 'welcome-3'];
  await putForm(world, { id: 'many', disclaimer: 'You agree to texts.', automations });
  const number = await lead('many');
  const optInTemplate = `{{organizationName}}: reply START to get recurring texts. Msg & data rates may apply. HELP for help. ${'x'.repeat(120)}`;
  const { due } = await dryRun({ settings: { doubleOptIn: 'perNumber', optInTemplate } });
  expect(counts(due)).toEqual({ 'sendOptInRequestFirst waitingForStart': 1, 'hold waitingForStart': 2 });
  expect(due.leaving).toMatchObject({ texts: 1, segments: 2 });
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(3);
});

test('X12 X6 texts of one cycle count for each other: the dry run knows what caps would put off', async () => {
  await lead('many');
  const { due } = await dryRun({ settings: { caps: { perDay: 2 } } });
  expect(counts(due)).toEqual({ send: 2, 'defer caps': 1 });
});

test('X12 a call looks at a bounded number of texts and says so; pages add up to the whole', async () => {
  const numbers: string[] = [];
  for (let index = 0; index < 5; index++) numbers.push(await lead(index < 2 ? 'quote' : 'contact'));
  const whole = await dryRun();
  expect(whole).toMatchObject({ complete: true });
  const added: Record<string, number> = {};
  let [segments, cursor, calls] = [0, '', 0];
  for (let done = false; !done; calls++) {
    const page = await dryRun({}, `?limit=2${cursor}`);
    expect(page.due.texts).toBeLessThanOrEqual(2);
    for (const [name, count] of Object.entries(counts(page.due))) added[name] = (added[name] ?? 0) + count;
    segments += page.due.leaving.segments;
    done = page.complete;
    expect(page.next === null).toBe(done);
    cursor = `&cursor=${page.next}`;
    if (!done) {
      const other = await world.admin('POST', `/cycles/dry-run?limit=2${cursor}`, { settings: {} });
      expect(other.status).toBe(422);
    }
  }
  expect(calls).toBeGreaterThan(2);
  expect(added).toEqual(counts(whole.due));
  expect(segments).toBe(whole.due.leaving.segments);
});

test('X12 one text that nobody can read is counted and keeps nobody from seeing the others', async () => {
  const [broken] = [await lead(), await lead()];
  const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(broken ?? '')}`);
  const leadId = String((json['leads'] as { id: string }[])[0]?.id);
  const Key = enrollmentKey({ leadId, automationId: 'welcome' });
  const spoil = (version: unknown) =>
    world.tables.client.send(
      new UpdateCommand({
        TableName: world.tables.outreachTable,
        Key,
        UpdateExpression: 'SET version = :version',
        ExpressionAttributeValues: { ':version': version },
      }),
    );
  await spoil('one');
  const answer = await dryRun();
  await spoil(1);
  expect(answer).toMatchObject({ unreadable: 1, complete: true });
  expect(counts(answer.due)).toEqual({ send: 1 });
});

test('X12 settings are held against the same rules as a change of them, and moments must make sense', async () => {
  const refused = async (body: object) => {
    const answer = await world.admin('POST', '/cycles/dry-run', body);
    expect(answer.status).toBe(422);
    return answer.json['errors'];
  };
  expect(await refused({ settings: { requireOptIn: true } })).toMatchObject([
    { field: 'settings.requireOptIn' },
  ]);
  const optInTemplate =
    'Test Windows: reply OK for recurring texts. Msg & data rates may apply. HELP for help.';
  expect(await refused({ settings: { optInTemplate } })).toMatchObject([
    { field: 'settings.optInTemplate', message: expect.stringContaining('START') },
  ]);
  expect(await refused({ at: '2020-01-01T00:00:00Z' })).toMatchObject([{ field: 'at' }]);
  const farAway = new Date(Date.now() + 32 * 86_400_000).toISOString();
  expect(await refused({ at: farAway })).toMatchObject([{ field: 'at' }]);
});
