import type { SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { consentOf, newNumber, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  // The organization lets a ticked box lift an opt-out by text, which Twilio's list follows.
  await setUp(world, { reOptIn: 'web' });
});
beforeEach(async () => {
  world.twilio.clearFaults();
  await world.admin('PATCH', '/settings', { twilioConsentApi: true });
});
afterAll(() => world.close());

const tick = (number: string) => world.submit('quote', submission(number, { smsConsent: true }));
const events = async (number: string) =>
  (await world.admin('GET', `/numbers/${encodeURIComponent(number)}/consent/events`)).json as {
    readonly verified: unknown;
    readonly events: readonly Record<string, unknown>[];
  };
const job = (...numbers: string[]) =>
  ({
    Records: numbers.map((number, index) => ({ messageId: `m${index}`, body: JSON.stringify({ number }) })),
  }) as unknown as SQSEvent;

/** Follows changes twice: the first round writes an event for what Twilio took, and the second round follows that event. */
async function follow(): Promise<void> {
  await world.followChanges();
  await world.followChanges();
}

test('X9 a box ticked after STOP lifts the block at Twilio, and what waited goes out', async () => {
  const number = newNumber();
  await tick(number);
  await world.text(number, 'STOP');
  expect((await tick(number)).json['consent']).not.toHaveProperty('next');
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in', carrierBlocked: true });
  await world.runCycle();
  await world.runCycle();
  expect(world.twilio.isBlocked(number)).toBe(false);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in', carrierBlocked: false });
  expect(world.textsTo(number).length).toBeGreaterThan(0);
  const ledger = await events(number);
  expect(ledger.verified).toBe(true);
  expect(ledger.events.at(-1)).toMatchObject({
    kind: 'carrierUnblocked',
    effect: 'changed',
    evidence: {
      source: 'carrierList',
      told: 'opt-in',
      because: 3,
      correlationId: expect.stringMatching(/^[0-9a-f]{32}$/),
    },
  });
});

test('B3 B7 X9 a number that opts in again on the web gets one confirmation once Twilio has lifted the block, before any other text', async () => {
  await world.admin('PATCH', '/settings', { confirmOptIns: true });
  const number = newNumber();
  await world.text(number, 'STOP');
  await tick(number);
  await world.drainLanes();
  expect(world.textsTo(number)).toEqual([]);
  for (const seconds of [0, 6, 12]) {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
    await world.runCycle();
    vi.useRealTimers();
  }
  expect(world.textsTo(number)).toEqual([
    expect.stringContaining('you are opted in'),
    expect.stringContaining('thanks for asking'),
  ]);
  await world.admin('PATCH', '/settings', { confirmOptIns: false });
});

test('X9 with the setting off the block stays, nothing leaves, and START lifts it', async () => {
  await world.admin('PATCH', '/settings', { twilioConsentApi: false });
  const number = newNumber();
  await world.text(number, 'STOP');
  expect((await tick(number)).json['consent']).toMatchObject({ next: expect.stringContaining('Text START') });
  await follow();
  await world.runCycle();
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in', carrierBlocked: true });
  expect(world.twilio.isBlocked(number)).toBe(true);
  expect(world.textsTo(number)).toEqual([]);
});

test('X9 switching the setting on tells Twilio of everybody whose texts wait for its list: they leave, and nobody else is touched', async () => {
  await world.admin('PATCH', '/settings', { twilioConsentApi: false });
  const [waits, out] = [newNumber(), newNumber()];
  for (const number of [waits, out]) await world.text(number, 'STOP');
  await tick(waits);
  await world.submit('quote', submission(out));
  await world.runCycle();
  expect(world.textsTo(waits)).toEqual([]);
  expect(world.twilio.isBlocked(waits)).toBe(true);
  await world.admin('PATCH', '/settings', { twilioConsentApi: true });
  await follow();
  expect(world.twilio.isBlocked(waits)).toBe(false);
  expect(world.twilio.isBlocked(out)).toBe(true);
  await world.runCycle();
  expect(world.textsTo(waits)).toEqual([expect.stringContaining('thanks for asking')]);
  expect(world.textsTo(out)).toEqual([]);
  expect(await consentOf(world, out)).toMatchObject({ status: 'opted_out' });
});

test("X9 an opt-out in a person's own words, on the web or by hand is put on Twilio's list, and comes off it again", async () => {
  const words = newNumber();
  await world.text(words, 'Please stop');
  const byHand = newNumber();
  await world.admin('POST', `/numbers/${encodeURIComponent(byHand)}/opt-out`, {});
  expect(world.twilio.isBlocked(words)).toBe(false);
  await follow();
  for (const number of [words, byHand]) {
    expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out', carrierBlocked: true });
    expect(world.twilio.isBlocked(number)).toBe(true);
  }
  await tick(words);
  await follow();
  expect(await consentOf(world, words)).toMatchObject({ status: 'opted_in', carrierBlocked: false });
  expect(world.twilio.isBlocked(words)).toBe(false);
});

test("X9 Twilio's own reading of a text (OptOutType) feeds the registry, also for words that we do not recognise", async () => {
  const number = newNumber();
  await tick(number);
  const inbound = (body: string, OptOutType: string) =>
    world.twilio.inbound({ from: number, body, more: { OptOutType } });
  await inbound('Basta ya', 'STOP');
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out', carrierBlocked: true });
  await inbound('Otra vez', 'START');
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in', carrierBlocked: false });
  await follow();
  expect((await events(number)).events.map(({ kind }) => kind)).toEqual([
    'explicitWeb',
    'optOut',
    'handsetStart',
  ]);
});

test('X9 consent documented by hand after STOP says what stands in the way, and is told to Twilio', async () => {
  const number = newNumber();
  await world.text(number, 'STOP');
  await new Promise((resolve) => setTimeout(resolve, 5));
  const documentation = {
    method: 'by phone',
    date: new Date().toISOString(),
    proof: 'recording 7',
    wording: 'May we text you?',
  };
  const path = `/numbers/${encodeURIComponent(number)}/opt-in`;
  const { json } = await world.admin('POST', path, documentation);
  expect(json['sentence']).toContain('Twilio is being told');
  await follow();
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in', carrierBlocked: false });
  await world.text(number, 'STOP');
  await world.admin('PATCH', '/settings', { twilioConsentApi: false });
  const again = { ...documentation, date: new Date().toISOString(), proof: 'recording 8' };
  expect((await world.admin('POST', path, again)).json['sentence']).toContain('must text START');
});

test('X9 a carrier STOP is not told to Twilio, who told us', async () => {
  const number = newNumber();
  await world.text(number, 'STOP');
  await follow();
  expect((await events(number)).events.map(({ kind }) => kind)).toEqual(['optOut']);
});

test('X9 Twilio out of reach sends the records back and unblocks nobody; told again, each event is there once', async () => {
  const number = newNumber();
  await world.text(number, 'STOP');
  await tick(number);
  world.twilio.setFault({ kind: 'error', status: 429, times: 1 });
  const failed = await world.handlers.carrierList(job(number));
  expect(failed.batchItemFailures).toEqual([{ itemIdentifier: 'm0' }]);
  expect(await consentOf(world, number)).toMatchObject({ carrierBlocked: true });
  for (let times = 0; times < 2; times++) {
    expect((await world.handlers.carrierList(job(number))).batchItemFailures).toEqual([]);
  }
  expect((await events(number)).events.map(({ kind }) => kind)).toEqual([
    'optOut',
    'explicitWeb',
    'carrierUnblocked',
  ]);
});

test('X9 a number that Twilio refuses stays blocked and is not tried for ever', async () => {
  const number = '+13035550197';
  const other = newNumber();
  for (const each of [number, other]) {
    await world.text(each, 'STOP');
    await tick(each);
  }
  expect((await world.handlers.carrierList(job(number, other))).batchItemFailures).toEqual([]);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in', carrierBlocked: true });
  expect(await consentOf(world, other)).toMatchObject({ status: 'opted_in', carrierBlocked: false });
});

test('X9 a STOP that arrives while Twilio is told of an opt-in has the last word on both lists', async () => {
  const number = newNumber();
  await world.text(number, 'STOP');
  await tick(number);
  // Twilio answers the opt-in late, and the STOP arrives before that answer.
  world.twilio.setFault({ kind: 'slow', milliseconds: 300, times: 1 });
  const telling = world.handlers.carrierList(job(number));
  await new Promise((resolve) => setTimeout(resolve, 150));
  await world.text(number, 'STOP');
  expect((await telling).batchItemFailures).toEqual([]);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out', carrierBlocked: true });
  expect(world.twilio.isBlocked(number)).toBe(true);
  await follow();
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
});
