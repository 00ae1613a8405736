import { afterAll, beforeAll, expect, test } from 'vitest';
import { consentOf, FOOTER, newNumber, putForm, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());

const path = (number: string, rest: string) => `/numbers/${encodeURIComponent(number)}/${rest}`;
const asAgent = (method: string, url: string, body?: unknown) => world.admin(method, url, body, '[agent]');
const say = (number: string, body: string, more: object = {}) =>
  asAgent('POST', path(number, 'messages'), { body, ...more });

async function set(settings: Record<string, unknown>): Promise<void> {
  expect((await world.admin('PATCH', '/settings', settings)).status).toBe(200);
}

async function numbersIn(query: string): Promise<string[]> {
  const { json } = await asAgent('GET', `/conversations?limit=100${query}`);
  return (json['conversations'] as { number: string }[]).map(({ number }) => number);
}

test('H12 an agent texts a lead without a recorded opt-in, though automations may not; C6 with the footer', async () => {
  const number = newNumber();
  await world.submit('quote', submission(number));
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  const answer = await say(number, 'Hi, Ada here. When does it suit you?');
  expect(answer.status).toBe(202);
  expect(answer.json).toMatchObject({ status: 'queued', consent: { label: 'Not SMS Opted In' } });
  await world.drainLanes();
  expect(world.textsTo(number)).toEqual([`Hi, Ada here. When does it suit you?\n${FOOTER}`]);
  const { json } = await asAgent('GET', path(number, 'messages'));
  expect(json['messages']).toMatchObject([{ purpose: 'agent', actor: 'ada' }]);
});

test('H13 the badge says "SMS Opted In" while the setting is on, and nothing while it is off', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  const label = async () =>
    ((await asAgent('GET', path(number, 'conversation'))).json['consent'] as { label: unknown }).label;
  expect(await label()).toBe('SMS Opted In');
  await set({ requireSmsOptIn: false });
  expect(await label()).toBeNull();
  await set({ requireSmsOptIn: true });
});

test('B6 the inbox cannot bypass an opt-out: the agent is told why, in the conversation and in the send call', async () => {
  const number = newNumber();
  await world.text(number, 'STOP');
  const answer = await say(number, 'Please come back!');
  expect(answer.status).toBe(409);
  expect(answer.json).toMatchObject({ code: 'optedOut', detail: expect.stringContaining('opted out at') });
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  const { json } = await asAgent('GET', path(number, 'conversation'));
  expect(json['sending']).toMatchObject({
    allowed: false,
    code: 'optedOut',
    sentence: answer.json['detail'],
  });
});

test('S4 an agent’s text that is queued when the STOP comes is stopped', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  await world.runCycle();
  expect((await say(number, 'One more thing')).status).toBe(202);
  await world.text(number, 'STOP');
  await world.drainLanes();
  expect(world.textsTo(number)).toHaveLength(1);
  const { json } = await asAgent('GET', path(number, 'messages'));
  expect(json['messages']).toContainEqual(expect.objectContaining({ status: 'refused', reason: 'optedOut' }));
});

test('T8 where an opt-in is required for one-to-one texts, an agent is blocked without one and told so', async () => {
  await set({ requireOptInForOneToOne: true });
  const number = newNumber();
  await world.submit('quote', submission(number));
  const answer = await say(number, 'Hello');
  expect(answer.status).toBe(409);
  expect(answer.json).toMatchObject({ code: 'noOptIn' });
  const { json } = await asAgent('GET', path(number, 'messages'));
  expect(json['sending']).toMatchObject({ allowed: false, code: 'noOptIn', sentence: answer.json['detail'] });
  await world.text(number, 'START');
  expect((await say(number, 'Hello')).status).toBe(202);
  await set({ requireOptInForOneToOne: false });
});

test('C2 C3 with double opt-in the template goes ahead of an agent’s first text, which follows START once', async () => {
  await set({ doubleOptIn: 'perNumber' });
  const number = newNumber();
  await world.submit('quote', submission(number));
  const answer = await say(number, 'Hi, Ada here.');
  expect(answer.json).toMatchObject({ status: 'held', sentence: expect.stringContaining('waits for START') });
  await world.drainLanes();
  const second = await say(number, 'And another thing.');
  expect(second.json).toMatchObject({ status: 'held' });
  await world.drainLanes();
  expect(world.textsTo(number)).toEqual([expect.stringContaining('Reply START')]);
  expect((await asAgent('GET', path(number, 'conversation'))).json['consent']).toMatchObject({
    templateStatus: 'Sent',
  });
  const pending = async () => (await asAgent('GET', path(number, 'messages'))).json['pending'];
  const waits = { status: 'held', reason: 'waitingForStart', actor: 'ada', purpose: 'agent' };
  expect(await pending()).toMatchObject([
    { ...waits, id: answer.json['id'], body: 'Hi, Ada here.' },
    { ...waits, id: second.json['id'], sentence: expect.stringContaining('has not answered with START') },
  ]);
  await world.text(number, 'START');
  await world.runCycle();
  await world.runCycle();
  const texts = world
    .textsTo(number)
    .slice(1)
    .filter((text) => !text.includes('thanks for asking'));
  expect(texts.toSorted()).toEqual([
    expect.stringContaining('And another thing.'),
    expect.stringContaining('Hi, Ada here.'),
  ]);
  expect(await pending()).toEqual([]);
  await set({ doubleOptIn: 'off' });
});

test('X5 an agent’s text sent again with the same key is one text', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  const idempotencyKey = '0b8f0c8e-3f5b-4c53-9a53-7d5f3f6f0a11';
  const [first, second] = [
    await say(number, 'Hello', { idempotencyKey }),
    await say(number, 'Hello', { idempotencyKey }),
  ];
  expect(second.json).toEqual(first.json);
  await world.drainLanes();
  expect(world.textsTo(number)).toHaveLength(1);
  await world.text(number, 'STOP');
  expect(await say(number, 'Hello', { idempotencyKey })).toMatchObject({
    status: 202,
    json: { status: 'queued' },
  });
  expect(await say(number, 'Hello again', { idempotencyKey })).toMatchObject({
    status: 422,
    json: { errors: [{ field: 'idempotencyKey' }] },
  });
  await world.drainLanes();
  expect(world.textsTo(number)).toHaveLength(1);
});

test('X5 the same key for two numbers is two texts: neither is lost', async () => {
  const [one, other] = [newNumber(), newNumber()];
  const idempotencyKey = '0b8f0c8e-3f5b-4c53-9a53-7d5f3f6f0a12';
  for (const number of [one, other])
    expect((await say(number, 'Hello', { idempotencyKey })).status).toBe(202);
  await world.drainLanes();
  expect([...world.textsTo(one), ...world.textsTo(other)]).toHaveLength(2);
});

test('B5 conversations are listed by their last text with what is unread, read, and filed into a project', async () => {
  const [older, newer] = [newNumber(), newNumber()];
  await world.text(older, 'Do you do roofs?');
  await world.text(newer, 'What does a window cost?');
  await world.text(newer, 'Roughly?');
  expect((await numbersIn('')).slice(0, 2)).toEqual([newer, older]);
  await world.text(older, 'Hello?');
  expect((await numbersIn('')).slice(0, 2)).toEqual([older, newer]);
  const shown = (await asAgent('GET', path(newer, 'conversation'))).json['conversation'];
  expect(shown).toMatchObject({ unread: 2, lastWords: 'Roughly?', lastDirection: 'inbound' });
  const changed = await asAgent('PATCH', path(newer, 'conversation'), {
    read: true,
    project: 'Windows 2026',
  });
  expect(changed.json['conversation']).toMatchObject({ unread: 0, project: 'Windows 2026' });
  expect(await numbersIn('&project=Windows%202026')).toEqual([newer]);
  await asAgent('PATCH', path(newer, 'conversation'), { project: null });
  expect(await numbersIn('&project=Windows%202026')).toEqual([]);
  expect(await numbersIn('')).toContain(newer);
});

test('B5 the list is paged, and a cursor of another list is refused', async () => {
  const first = await asAgent('GET', '/conversations?limit=1');
  expect(first.json['conversations']).toHaveLength(1);
  const next = String(first.json['next']);
  const second = await asAgent('GET', `/conversations?limit=1&cursor=${next}`);
  expect(second.json['conversations']).not.toEqual(first.json['conversations']);
  expect((await asAgent('GET', `/conversations?project=x&cursor=${next}`)).status).toBe(422);
});

test('B5 a cursor that nobody handed out is refused, and says what to do', async () => {
  const { json } = await asAgent('GET', '/conversations?limit=1');
  const place = JSON.parse(Buffer.from(String(json['next']), 'base64url').toString()) as object;
  const forged = [
    { after: '' },
    { after: 'x' },
    { after: 'x'.repeat(1100) },
    { of: 'another list' },
    { more: 1 },
  ];
  for (const change of forged) {
    const cursor = Buffer.from(JSON.stringify({ ...place, ...change })).toString('base64url');
    const answer = await asAgent('GET', `/conversations?limit=1&cursor=${cursor}`);
    expect(answer.status, JSON.stringify(change)).toBe(422);
    expect(answer.body).toContain('Use the value of `next` from the page before');
  }
});

test('B5 an agent opts a contact out from the conversation, and texting is disabled at once', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  expect((await asAgent('POST', path(number, 'opt-out'))).status).toBe(200);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  expect((await say(number, 'Hello')).status).toBe(409);
});

test('X7 a doubtful text holds automated texts until a person decides: no opt-out releases them, an opt-out keeps them', async () => {
  const steps = [{ delay: 'PT0S', template: 'News from {{organizationName}}.' }];
  await world.admin('PUT', '/automations/on', {
    id: 'on',
    kind: 'drip',
    name: 'on',
    steps,
    stopOnReply: false,
  });
  await putForm(world, { id: 'news', disclaimer: 'You agree to texts.', automations: ['on'] });
  for (const decision of ['noOptOut', 'optOut'] as const) {
    const number = newNumber();
    await world.submit('news', submission(number));
    await world.text(number, 'wrong number');
    await world.runCycle();
    expect(world.textsTo(number)).toEqual([]);
    expect(await numbersIn('&review=true')).toContain(number);
    const shown = await asAgent('PATCH', path(number, 'conversation'), { decision });
    expect(shown.json['conversation']).toMatchObject({ decided: { by: 'ada', decision } });
    expect(await numbersIn('&review=true')).not.toContain(number);
    await world.runCycle();
    expect(world.textsTo(number)).toHaveLength(decision === 'noOptOut' ? 1 : 0);
    const status = decision === 'noOptOut' ? 'opted_in' : 'opted_out';
    expect(await consentOf(world, number)).toMatchObject({ status });
    expect((await asAgent('PATCH', path(number, 'conversation'), { decision })).status).toBe(409);
  }
});

test('X7 a clear opt-out settles what was doubtful before it: the START that follows waits for nobody', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  await world.text(number, 'Automatic reply: out of office. Please stop texting me.');
  await world.text(number, 'STOP');
  expect(await numbersIn('&review=true')).not.toContain(number);
  const { json } = await asAgent('GET', path(number, 'conversation'));
  expect(json['conversation']).toMatchObject({ decided: { by: 'the person', decision: 'optOut' } });
  await world.text(number, 'START');
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([expect.stringContaining('thanks for asking')]);
});

test('X7 a decision names the text that was read: a later doubtful one waits for a decision of its own', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  const review = async () => {
    const { json } = await asAgent('GET', path(number, 'conversation'));
    return (json['conversation'] as { review?: { messageSid: string } }).review?.messageSid;
  };
  const decide = (messageSid: string | undefined) =>
    asAgent('PATCH', path(number, 'conversation'), { decision: 'noOptOut', messageSid });
  await world.text(number, 'Wrong number, sorry');
  const first = await review();
  await world.text(number, 'Wrong number!');
  const second = await review();
  expect(second).not.toBe(first);
  expect(await decide(first)).toMatchObject({ status: 409, json: { title: 'Another text waits' } });
  expect(await review()).toBe(second);
  expect((await decide(second)).status).toBe(200);
  expect(await review()).toBeUndefined();
  const alone = await asAgent('PATCH', path(number, 'conversation'), { read: true, messageSid: second });
  expect(alone.status).toBe(422);
});
