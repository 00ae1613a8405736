import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createSendRateLimiter } from '../../lib/gate/send-rate-limiter.ts';
import { newNumber, putForm, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
  await world.admin('PUT', '/automations/burst', {
    id: 'burst',
    kind: 'drip',
    name: 'burst',
    steps: [{ delay: 'PT0S', template: 'News from {{organizationName}}.' }],
  });
  await putForm(world, { id: 'burst', disclaimer: 'Texts follow.', automations: ['burst'] });
});
afterAll(() => world.close());
afterEach(async () => {
  vi.useRealTimers();
  await world.admin('PATCH', '/settings', { senderSegmentsPerSecond: null });
});

const limit = (senderSegmentsPerSecond: number) =>
  world.admin('PATCH', '/settings', { senderSegmentsPerSecond });

async function dueLeads(form: string, count: number): Promise<string[]> {
  const numbers = Array.from({ length: count }, newNumber);
  for (let start = 0; start < count; start += 10) {
    await Promise.all(
      numbers.slice(start, start + 10).map((number) => world.submit(form, submission(number))),
    );
  }
  await world.enqueueDue();
  return numbers;
}

/** Returns when the texts to some numbers reached Twilio, in milliseconds, in order. */
function leftAt(numbers: readonly string[]): number[] {
  return world.twilio
    .messages()
    .filter(({ to, direction }) => direction === 'outbound-api' && numbers.includes(to))
    .map(({ createdAt }) => Date.parse(createdAt))
    .toSorted((a, b) => a - b);
}

const workers = (count: number) => Promise.all(Array.from({ length: count }, () => world.drainLanes()));

async function agentWrites(number: string, body: string): Promise<void> {
  const path = `/numbers/${encodeURIComponent(number)}/messages`;
  expect(await world.admin('POST', path, { body })).toMatchObject({ status: 202 });
}

async function messagesOf(number: string) {
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/messages`);
  return json['messages'] as { readonly id: string }[];
}

test('X1 X5 at 10 segments a second a burst of 100 texts leaves at that rate, each once, and neither an agent nor a new prospect is kept waiting', async () => {
  await limit(10);
  const numbers = await dueLeads('burst', 100);
  const burst = workers(10);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const agents = newNumber();
  await agentWrites(agents, 'When may I call you?');
  const prospects = await dueLeads('contact', 1);
  await world.drainLanes();
  await burst;
  const times = leftAt(numbers);
  expect(new Set(numbers.flatMap((number) => world.textsTo(number).map(() => number))).size).toBe(100);
  expect(times).toHaveLength(100);
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
  // Twilio gets no more than the sender takes. A loaded machine sends later, and so more slowly, but never faster.
  expect(99 / seconds).toBeLessThan(11);
  // Texts whose requests took long may arrive together with those behind them.
  const busiest = Math.max(
    ...times.map((from) => times.filter((at) => at >= from && at < from + 3000).length),
  );
  expect(busiest).toBeLessThanOrEqual(45);
  // Much of the broadcast was still to leave when an agent's text and a new prospect's, which were written later, had left.
  for (const [first = Number.POSITIVE_INFINITY] of [leftAt([agents]), leftAt(prospects)]) {
    expect(times.filter((at) => at > first).length).toBeGreaterThan(20);
  }
  const [text] = await messagesOf(numbers[99] ?? '');
  const { json } = await world.admin('GET', `/messages/${text?.id}/why`);
  expect(json['trace']).toContainEqual({
    rule: 'senderRate',
    result: expect.stringMatching(/^the sender takes 10 segments a second/),
  });
});

test('S4 a STOP while a text waits for its slot stops it', async () => {
  await limit(1);
  const numbers = await dueLeads('contact', 4);
  const sending = workers(1);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const last = numbers.filter((number) => world.textsTo(number).length === 0);
  expect(last.length).toBeGreaterThan(0);
  expect(last.length).toBeLessThan(4);
  await Promise.all(last.map((number) => world.text(number, 'STOP')));
  const before = last.filter((number) => world.textsTo(number).length > 0);
  await sending;
  expect(last.filter((number) => world.textsTo(number).length > 0)).toEqual(before);
});

test('H1 C8 settings that change while texts wait for their slots hold for those texts: verification is lost, none leaves; it is back, each leaves once', async () => {
  await limit(1);
  const numbers = await dueLeads('contact', 6);
  const sending = workers(1);
  await vi.waitFor(() => expect(leftAt(numbers).length).toBeGreaterThan(0), 10_000);
  expect((await world.admin('PATCH', '/settings', { a2pVerified: false })).status).toBe(200);
  const answeredAt = Date.now();
  await sending;
  const left = numbers.filter((number) => world.textsTo(number).length > 0);
  expect(left.length).toBeLessThan(6);
  // What was read a moment before the change may still be handed over.
  expect(leftAt(numbers).at(-1)).toBeLessThan(answeredAt + 700);
  const [held = ''] = numbers.filter((number) => !left.includes(number));
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(held)}/why?automation=welcome`);
  expect(json['enrollment']).toMatchObject({ status: 'waiting', reason: 'a2pNotVerified' });
  await world.admin('PATCH', '/settings', { a2pVerified: true, senderSegmentsPerSecond: null });
  await world.runCycle();
  for (const number of numbers) expect(world.textsTo(number)).toHaveLength(1);
});

test('X1 X5 a text for which the sender is busy too long is deferred to its slot and says so; an agent’s passes it', async () => {
  await limit(10);
  const { client, outreachTable: table } = world.tables;
  const now = Date.now();
  const clock = createSendRateLimiter({ client, table });
  await clock.tryReserve('bulk', 90_000, { earliest: now, latest: now + 60_000 });
  const [late = '', later = ''] = await dueLeads('burst', 2);
  const agents = newNumber();
  await agentWrites(agents, 'Still there?');
  await world.drainLanes();
  expect(world.textsTo(agents)).toHaveLength(1);
  expect([...world.textsTo(late), ...world.textsTo(later)]).toEqual([]);
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(late)}/why?automation=burst`);
  expect(json['enrollment']).toMatchObject({
    status: 'due',
    reason: 'senderRate',
    sentence: expect.stringMatching(/^deferred: the sender takes 10 segments a second and has texts/),
  });
  vi.useFakeTimers({ toFake: ['Date'], now: now + 100_000 });
  await world.runCycle();
  vi.useRealTimers();
  expect([world.textsTo(late), world.textsTo(later)].map(({ length }) => length)).toEqual([1, 1]);
});
