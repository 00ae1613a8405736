import { randomUUID } from 'node:crypto';
import { PurgeQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCampaignStore } from '../../lib/campaigns/campaign-store.ts';
import { createMemberStore } from '../../lib/campaigns/member-store.ts';
import { shardOf } from '../../lib/tables/outreach.ts';
import { newNumber, setUp } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
  await world.admin('PUT', '/keywords/ROOF', {});
});
afterAll(() => world.close());

type Json = Record<string, unknown>;

async function newCampaign(id: string, keyword: string | undefined = 'ROOF'): Promise<void> {
  const answer = await world.admin('PUT', `/campaigns/${id}`, { id, name: id, keyword });
  expect(answer).toMatchObject({ status: 200, json: { id, members: 0, broadcasts: 0 } });
}

/** Creates a lead that opted in by START, and by the keyword unless `words` says otherwise. */
async function newLead(details: Json = {}, words: readonly string[] = ['START', 'ROOF']) {
  const number = newNumber();
  const { json } = await world.admin('POST', '/leads', { number, details });
  for (const word of words) await world.text(number, word);
  return { id: String(json['id']), number };
}

const join = (campaign: string, ...leads: { readonly id: string }[]) =>
  world.admin('POST', `/campaigns/${campaign}/members`, { leads: leads.map(({ id }) => id) });
const broadcast = (campaign: string, body: Json) =>
  world.admin('POST', `/campaigns/${campaign}/broadcasts`, body);

async function membersOf(campaign: string, query = ''): Promise<Json[]> {
  const found: Json[] = [];
  let cursor = '';
  do {
    const { json } = await world.admin('GET', `/campaigns/${campaign}/members?limit=2${query}${cursor}`);
    found.push(...(json['members'] as Json[]));
    cursor = json['next'] ? `&cursor=${json['next']}` : '';
  } while (cursor);
  return found;
}
const numbersOf = (members: readonly Json[]) =>
  members.map(({ lead }) => (lead as Json)['number']).toSorted();

async function outcomesOf(campaign: string, number: number): Promise<Json[]> {
  const path = `/campaigns/${campaign}/broadcasts/${number}/outcomes?limit=100`;
  return (await world.admin('GET', path)).json['outcomes'] as Json[];
}

test('T6 Add Opt-Ins puts everyone who texted the keyword, and is no member yet, into the campaign', async () => {
  await world.admin('PUT', '/keywords/GUTTER', {});
  await newCampaign('gutters', 'gutter');
  const lead = await newLead({ firstName: 'Dana' }, ['Gutter']);
  const [stranger, stopped, later] = [newNumber(), newNumber(), newNumber()];
  for (const number of [stranger, stopped]) await world.text(number, 'gutter!');
  await world.text(stopped, 'STOP');
  const addOptIns = async () => {
    const path = '/campaigns/gutters/members/from-opt-ins';
    expect(await world.admin('POST', path)).toMatchObject({ status: 202, json: { keyword: 'GUTTER' } });
    await world.followChanges();
    return (await world.admin('GET', '/campaigns/gutters')).json;
  };
  expect(await addOptIns()).toMatchObject({
    members: 2,
    addOptIns: { seen: 2, added: 2, done: true, requestedBy: 'ada' },
  });
  expect(numbersOf(await membersOf('gutters'))).toEqual([lead.number, stranger].toSorted());
  expect(await membersOf('gutters')).toContainEqual(
    expect.objectContaining({ lead: { number: stranger, details: { source: 'keyword GUTTER' } } }),
  );
  expect(await addOptIns()).toMatchObject({ members: 2, addOptIns: { seen: 2, added: 0, done: true } });
  await world.text(later, 'GUTTER');
  await world.admin('DELETE', `/campaigns/gutters/members/${lead.id}`);
  expect(await addOptIns()).toMatchObject({ members: 2, addOptIns: { seen: 3, added: 1, done: true } });
  expect(numbersOf(await membersOf('gutters'))).toEqual([stranger, later].toSorted());
  expect(numbersOf(await membersOf('gutters', '&removed=true'))).toEqual(
    [lead.number, stranger, later].toSorted(),
  );
  expect((await join('gutters', lead)).json).toEqual({ joined: [lead.id], members: 3 });
});

test('T5 T4 a broadcast reaches only members with an active opt-in for the keyword, and those who opt in later', async () => {
  await newCampaign('spring');
  const [active, never, stopped] = [await newLead({}), await newLead({}, ['START']), await newLead({})];
  await world.text(stopped.number, 'STOP');
  await join('spring', active, never, stopped);
  const template = 'Roofs are 10% off, {{firstName|friend}}.';
  const started = await broadcast('spring', { template });
  expect(started).toMatchObject({
    status: 202,
    json: { broadcast: 1, automationId: 'spring-b1', keyword: 'ROOF', status: 'enrolling', startedBy: 'ada' },
  });
  await world.runCycle();
  await world.runCycle();
  const arrived = expect.stringContaining('Roofs are 10% off, friend.');
  expect(world.textsTo(active.number)).toEqual([arrived]);
  expect(world.textsTo(never.number)).toEqual([]);
  expect(world.textsTo(stopped.number)).toEqual([]);
  expect((await world.admin('GET', '/campaigns/spring/broadcasts/1')).json).toMatchObject({
    status: 'enrolled',
    seen: 3,
    enrolled: 3,
    sameNumber: 0,
  });
  const outcomes = await outcomesOf('spring', 1);
  expect(outcomes).toHaveLength(3);
  expect(outcomes).toContainEqual({ outcome: 'waiting', reason: 'waitingForKeyword', count: 1 });
  expect(outcomes).toContainEqual({ outcome: 'waiting', reason: 'optedOut', count: 1 });
  // STOP ended the keyword's opt-in, and START alone does not bring it back.
  await world.text(stopped.number, 'START');
  await world.text(never.number, 'Roof');
  await world.runCycle();
  expect(world.textsTo(never.number)).toEqual([arrived]);
  expect(world.textsTo(stopped.number)).toEqual([]);
});

test('T7 before sending, members are split into deliverable and, with reasons, undeliverable; segments and cost are told', async () => {
  await newCampaign('autumn');
  const quoted = `${'Q'.repeat(60)}’`;
  const plain = await newLead({ firstName: 'Dana' });
  const long = await newLead({ firstName: quoted });
  const nameless = await newLead({});
  const never = await newLead({ firstName: 'Kim' }, ['START']);
  const stopped = await newLead({ firstName: 'Lee' }, ['ROOF', 'STOP']);
  const { json: twin } = await world.admin('POST', '/leads', {
    number: plain.number,
    details: { firstName: 'Dee' },
  });
  await join('autumn', plain, long, nameless, never, stopped, { id: String(twin['id']) });
  await world.admin('PATCH', '/settings', { segmentPrice: { amount: 0.01, currency: 'EUR' } });
  const ask = (query: string) =>
    world.admin('POST', `/campaigns/autumn/deliverability${query}`, { template: 'Hi {{firstName}}, roofs!' });
  const { json } = await ask('');
  expect(json).toMatchObject({
    members: 6,
    examined: 6,
    deliverable: { count: 2, later: {} },
    undeliverable: { count: 4 },
    // The curly quote turns the long one to UCS-2: 123 characters with the footer, 67 in each segment.
    segments: { total: 3, perText: { '1': 1, '2': 1 }, encodings: { 'GSM-7': 1, 'UCS-2': 1 } },
    cost: { amount: 0.03, currency: 'EUR' },
    next: null,
  });
  const { reasons } = json['undeliverable'] as { reasons: Json[] };
  const undeliverable = (reason: string, leadId: string, says: string) => ({
    reason,
    count: 1,
    sample: [expect.objectContaining({ leadId, sentence: expect.stringContaining(says) })],
  });
  expect(reasons).toHaveLength(4);
  expect(reasons).toContainEqual(undeliverable('missingField', nameless.id, 'no firstName'));
  expect(reasons).toContainEqual(
    undeliverable('waitingForKeyword', never.id, 'never texted the keyword ROOF'),
  );
  expect(reasons).toContainEqual(undeliverable('optedOut', stopped.id, 'opted out at'));
  expect(reasons).toContainEqual(
    expect.objectContaining({
      reason: 'sameNumber',
      sample: [expect.objectContaining({ number: plain.number })],
    }),
  );
  const first = await ask('?limit=4');
  const rest = await ask(`?limit=4&cursor=${first.json['next']}`);
  expect([first.json['examined'], rest.json['examined'], rest.json['next']]).toEqual([4, 2, null]);
  await world.runCycle();
  for (const { number } of [plain, long]) expect(world.textsTo(number)).toEqual([]);
});

test('T7 what only waits for the hour counts as deliverable, later', async () => {
  await newCampaign('night');
  const lead = await newLead({});
  await join('night', lead);
  const week = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
  const today = new Intl.DateTimeFormat('en-US', { weekday: 'long', timeZone: 'America/Denver' });
  const near = [-1, 0, 1].map((days) => today.format(Date.now() + days * 86_400_000).toLowerCase());
  const open = { from: '09:00', to: '20:00' };
  const sendingHours = Object.fromEntries(week.map((day) => [day, near.includes(day) ? 'closed' : open]));
  await world.admin('PATCH', '/settings', { quietHours: 'enforced', sendingHours });
  const { json } = await world.admin('POST', '/campaigns/night/deliverability', {
    template: 'Good evening!',
  });
  await world.admin('PATCH', '/settings', { quietHours: 'offForTesting' });
  expect(json).toMatchObject({
    deliverable: { count: 1, later: { quietHours: 1 } },
    undeliverable: { count: 0 },
    segments: { total: 1 },
  });
});

test('T5 a broadcast goes to each number once, however often it is requested', async () => {
  await newCampaign('once');
  const lead = await newLead({});
  const { json: twin } = await world.admin('POST', '/leads', { number: lead.number });
  await join('once', lead, { id: String(twin['id']) });
  await join('once', lead);
  const request = { template: 'Once only.', requestId: 'r-1' };
  const answers = await Promise.all([broadcast('once', request), broadcast('once', request)]);
  for (const answer of answers) expect(answer).toMatchObject({ status: 202, json: { broadcast: 1 } });
  expect(await broadcast('once', { template: 'Once only.' })).toMatchObject({
    status: 409,
    json: { detail: expect.stringContaining('as number 1') },
  });
  await world.runCycle();
  await world.runCycle();
  expect(world.textsTo(lead.number)).toEqual([expect.stringContaining('Once only.')]);
  expect((await world.admin('GET', '/campaigns/once/broadcasts/1')).json).toMatchObject({
    enrolled: 1,
    sameNumber: 1,
  });
  const listed = await world.admin('GET', '/campaigns/once/broadcasts');
  expect(listed.json).toMatchObject({ broadcasts: [{ broadcast: 1, enrolled: 1 }], next: null });
});

test('T5 pages of a broadcast that come twice, or whose worker died, enrol and count every member once', async () => {
  await newCampaign('large');
  const { client, outreachTable: table } = world.tables;
  const members = createMemberStore({ client, table, now: () => new Date() });
  const lead = await newLead({});
  const shard = shardOf(lead.id);
  const others = Array.from({ length: 4000 }, () => randomUUID()).filter((id) => shardOf(id) === shard);
  const added = others.slice(0, 250);
  await members.add('large', [lead.id, ...added], { addedBy: 'test', rejoin: false });
  await broadcast('large', { template: 'To many.' });
  const page = {
    job: 'enroll',
    campaignId: 'large',
    broadcast: 1,
    shard,
    seen: 0,
    enrolled: 0,
    sameNumber: 0,
  };
  const record = { messageId: 'm', body: JSON.stringify(page) };
  const deliver = () => world.handlers.jobs({ Records: [record] } as never);
  expect(await deliver()).toEqual({ batchItemFailures: [] });
  // The worker stored its progress and died before it handed the rest on.
  await new SQSClient({}).send(new PurgeQueueCommand({ QueueUrl: world.tables.jobsQueueUrl }));
  expect(await deliver()).toEqual({ batchItemFailures: [] });
  await world.followChanges();
  expect(await deliver()).toEqual({ batchItemFailures: [] });
  await world.runCycle();
  await world.runCycle();
  expect((await world.admin('GET', '/campaigns/large/broadcasts/1')).json).toMatchObject({
    status: 'enrolled',
    seen: 251,
    enrolled: 1,
  });
  expect(world.textsTo(lead.number)).toEqual([expect.stringContaining('To many.')]);
});

test('T6 a page of Add Opt-Ins that comes twice, or whose worker died, adds and counts everyone once', async () => {
  await world.admin('PUT', '/keywords/PORCH', {});
  await newCampaign('porches', 'PORCH');
  const numbers = Array.from({ length: 60 }, newNumber);
  for (const number of numbers) await world.text(number, 'porch');
  await world.admin('POST', '/campaigns/porches/members/from-opt-ins');
  const { client, configurationTable: table } = world.tables;
  const campaign = await createCampaignStore({ client, table, now: () => new Date() }).get('porches');
  const page = { job: 'addOptIns', campaignId: 'porches', run: campaign?.optInRun?.run, seen: 0, added: 0 };
  const record = { messageId: 'm', body: JSON.stringify(page) };
  const deliver = () => world.handlers.jobs({ Records: [record] } as never);
  expect(await deliver()).toEqual({ batchItemFailures: [] });
  await new SQSClient({}).send(new PurgeQueueCommand({ QueueUrl: world.tables.jobsQueueUrl }));
  expect((await world.admin('GET', '/campaigns/porches')).json).toMatchObject({
    members: 50,
    addOptIns: { seen: 50, added: 50, done: false },
  });
  expect(await deliver()).toEqual({ batchItemFailures: [] });
  await world.followChanges();
  expect((await world.admin('GET', '/campaigns/porches')).json).toMatchObject({
    members: 60,
    addOptIns: { seen: 60, added: 60, done: true },
  });
  expect(numbersOf(await membersOf('porches'))).toEqual(numbers.toSorted());
});

test('T6 members who are added at once from two sides are counted once', async () => {
  await newCampaign('crowd');
  const { client, outreachTable: table } = world.tables;
  const members = createMemberStore({ client, table, now: () => new Date() });
  const ids = Array.from({ length: 120 }, () => randomUUID());
  const by = { addedBy: 'test', rejoin: false };
  const joined = await Promise.all([members.add('crowd', ids, by), members.add('crowd', ids.slice(40), by)]);
  expect(joined.flat().toSorted()).toEqual(ids.toSorted());
  const [gone = ''] = ids;
  const removals = await Promise.all([
    members.remove('crowd', gone, 'ada'),
    members.remove('crowd', gone, 'ada'),
  ]);
  expect(removals.toSorted()).toEqual([false, true]);
  expect(await members.count('crowd')).toBe(119);
});

test('T5 a broadcast that is stopped sends nothing more, and cannot be made, changed or fed by hand', async () => {
  await newCampaign('halted');
  const lead = await newLead({});
  await join('halted', lead);
  await broadcast('halted', { template: 'Too late.' });
  const automation = '/automations/halted-b1';
  expect(await world.admin('GET', automation)).toMatchObject({ json: { kind: 'campaign', keyword: 'ROOF' } });
  const steps = [{ delay: 'PT0S', template: 'Other words' }];
  const changed = { id: 'halted-b1', kind: 'drip', name: 'x', steps };
  expect(await world.admin('PUT', automation, changed)).toMatchObject({ status: 409 });
  expect(await world.admin('DELETE', automation)).toMatchObject({ status: 409 });
  expect(
    await world.admin('POST', '/leads', { number: newNumber(), automations: ['halted-b1'] }),
  ).toMatchObject({ status: 422 });
  const shown = await world.admin('GET', '/automations');
  expect(JSON.stringify(shown.json)).not.toContain('halted-b1');
  expect(JSON.stringify((await world.admin('GET', '/automations?kind=campaign')).json)).toContain(
    'halted-b1',
  );
  await world.followChanges();
  const stopped = await world.admin('DELETE', '/campaigns/halted/broadcasts/1');
  expect(stopped).toMatchObject({ status: 200, json: { status: 'stopped' } });
  await world.runCycle();
  expect(world.textsTo(lead.number)).toEqual([]);
  expect(await outcomesOf('halted', 1)).toEqual([
    { outcome: 'stopped', reason: 'automationRemoved', count: 1 },
  ]);
});

test('T5 a campaign is changed and removed; its keyword stays while it is there, and its id is never used again', async () => {
  expect(
    await world.admin('PUT', '/campaigns/brief', { id: 'brief', name: 'b', keyword: 'NOBODY' }),
  ).toMatchObject({ status: 422, json: { errors: [{ field: 'keyword' }] } });
  await newCampaign('brief');
  const lead = await newLead({});
  await join('brief', lead);
  expect(await world.admin('DELETE', '/keywords/ROOF')).toMatchObject({
    status: 409,
    json: { detail: expect.stringContaining('the campaign brief') },
  });
  await world.admin('PUT', '/campaigns/brief', { id: 'brief', name: 'Brief', enabled: false });
  expect(await broadcast('brief', { template: 'Off.' })).toMatchObject({ status: 409 });
  expect(await world.admin('POST', '/campaigns/brief/members/from-opt-ins')).toMatchObject({ status: 409 });
  await world.admin('PUT', '/campaigns/brief', { id: 'brief', name: 'Brief', keyword: 'ROOF' });
  await broadcast('brief', { template: 'Never arrives.' });
  expect((await world.admin('GET', '/campaigns')).json['campaigns']).toContainEqual(
    expect.objectContaining({ id: 'brief', name: 'Brief', broadcasts: 1 }),
  );
  expect(await world.admin('DELETE', '/campaigns/brief')).toMatchObject({ status: 200 });
  await world.runCycle();
  expect(world.textsTo(lead.number)).toEqual([]);
  expect(await world.admin('GET', '/campaigns/brief')).toMatchObject({ status: 404 });
  expect(await broadcast('brief', { template: 'Again.' })).toMatchObject({ status: 404 });
  expect(await world.admin('PUT', '/campaigns/brief', { id: 'brief', name: 'b' })).toMatchObject({
    status: 409,
    json: { detail: expect.stringContaining('choose another') },
  });
});
