import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createConversationStore } from '../../lib/conversations/conversation-store.ts';
import { createSubmissionStore } from '../../lib/forms/submission-store.ts';
import { consentOf, newNumber, putForm, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());
afterEach(() => {
  vi.useRealTimers();
  world.twilio.clearFaults();
});

/** Moves this process's clock forward. Timers keep running. */
function passTime(seconds: number): void {
  const to = Date.now() + seconds * 1000;
  vi.useFakeTimers({ toFake: ['Date'], now: to });
}

async function dueLead(form = 'contact'): Promise<string> {
  const number = newNumber();
  await world.submit(form, submission(number));
  return number;
}

async function storedTexts(number: string): Promise<Record<string, unknown>[]> {
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/messages`);
  return json['messages'] as Record<string, unknown>[];
}

test('X5 the same submission twice, at once and later, is one lead, one consent and one text', async () => {
  const number = newNumber();
  const body = submission(number);
  const answers = await Promise.all(Array.from({ length: 5 }, () => world.submit('contact', body)));
  expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
  await world.runCycle();
  await world.submit('contact', body);
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
  expect(await consentOf(world, number)).toMatchObject({ version: 1 });
  const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(number)}`);
  expect(json['leads']).toHaveLength(1);
});

test('X5 a submission without an id, sent twice, is one', async () => {
  const number = newNumber();
  const { submissionId: _, ...body } = submission(number);
  const first = await world.submit('contact', body);
  const second = await world.submit('contact', body);
  expect(second.json).toEqual(first.json);
  expect(await consentOf(world, number)).toMatchObject({ version: 1 });
});

test('X5 a queue record delivered many times, at once and in any order, sends one text', async () => {
  const number = await dueLead();
  for (let times = 0; times < 4; times++) await world.enqueueDue();
  await Promise.all([world.drainLanes(), world.drainLanes(), world.drainLanes()]);
  expect(world.textsTo(number)).toHaveLength(1);
});

test('X5 a webhook delivered twice is one message and one event', async () => {
  const number = newNumber();
  const first = await world.text(number, 'STOP');
  await world.twilio.redeliver(first.messageSid);
  expect(await consentOf(world, number)).toMatchObject({ version: 1 });
  expect(await storedTexts(number)).toHaveLength(1);
});

test('X5 the delivery callbacks bring the status, and late or repeated ones change nothing', async () => {
  const number = await dueLead();
  world.twilio.setFault({ kind: 'callbacks', mode: 'shuffled', to: number });
  await world.runCycle();
  await vi.waitFor(
    async () => expect(await storedTexts(number)).toMatchObject([{ status: 'delivered' }]),
    5000,
  );
  const [text] = await storedTexts(number);
  expect(text?.['sid']).toMatch(/^SM/);
});

test('X5 429 and 500 create nothing: the text leaves later, once, after a new decision', async () => {
  for (const status of [429, 500] as const) {
    const number = await dueLead();
    world.twilio.setFault({ kind: 'error', status, to: number, times: 2 });
    await world.runCycle();
    expect(world.textsTo(number)).toEqual([]);
    expect(await storedTexts(number)).toMatchObject([{ status: 'retrying', attempt: 1 }]);
    passTime(31);
    await world.runCycle();
    passTime(61);
    await world.runCycle();
    expect(world.textsTo(number)).toHaveLength(1);
    expect(await storedTexts(number)).toMatchObject([{ attempt: 3 }]);
    vi.useRealTimers();
  }
});

test('X6 X1 caps count what left: tries that Twilio did not take, and a text that it rejected, use up no place', async () => {
  const steps = ['First', 'Second'].map((template) => ({ delay: 'PT0S', template }));
  await world.admin('PUT', '/automations/two', { id: 'two', kind: 'newProspect', name: 'two', steps });
  await putForm(world, { id: 'two', disclaimer: 'You agree to texts.', automations: ['two'] });
  await world.admin('PATCH', '/settings', { caps: { perDay: 1, perWeek: 40 } });
  const number = newNumber();
  await world.submit('two', submission(number));
  world.twilio.setFault({ kind: 'error', status: 500, to: number, times: 3 });
  await world.runCycle();
  for (const seconds of [31, 61, 121]) {
    passTime(seconds);
    await world.runCycle();
  }
  expect(world.textsTo(number)).toEqual([expect.stringContaining('First')]);
  await world.runCycle();
  expect(await storedTexts(number)).toHaveLength(1);
  const why = async (whose: string) =>
    (await world.admin('GET', `/numbers/${encodeURIComponent(whose)}/why?automation=two`)).json;
  expect(await why(number)).toMatchObject({
    enrollment: { reason: 'caps', sentence: expect.stringContaining('1 automated text within 24 hours') },
  });
  const landline = '+13035550190';
  await world.submit('contact', submission(landline));
  await world.runCycle();
  expect(await storedTexts(landline)).toMatchObject([{ status: 'rejected' }]);
  const { client, outreachTable: table } = world.tables;
  const conversations = createConversationStore({ client, table, now: () => new Date() });
  expect((await conversations.get(landline)).recent).toEqual([]);
  await world.admin('PATCH', '/settings', { caps: { perDay: 40, perWeek: 40 } });
});

test('S4 a STOP between a failed try and the next one stops the text', async () => {
  const number = await dueLead();
  world.twilio.setFault({ kind: 'error', status: 429, to: number, times: 1 });
  await world.runCycle();
  await world.text(number, 'STOP');
  passTime(31);
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
});

test('X5 a time-out after acceptance is in doubt, is not sent again, and reconcile finds it at Twilio', async () => {
  const number = await dueLead();
  world.twilio.setFault({ kind: 'timeoutAfterAcceptance', to: number, times: 1 });
  world.twilio.setFault({ kind: 'callbacks', mode: 'missing', to: number });
  await world.runCycle();
  expect(await storedTexts(number)).toMatchObject([{ status: 'claimed' }]);
  await world.runCycle();
  await world.reconcile();
  expect(await storedTexts(number)).toMatchObject([{ status: 'claimed' }]);
  passTime(601);
  await world.reconcile();
  const [text] = await storedTexts(number);
  expect(text?.['status']).not.toBe('claimed');
  expect(text?.['sid']).toMatch(/^SM/);
  passTime(601);
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
});

test('X5 a text that Twilio took is found again though its clock is a minute behind ours', async () => {
  const number = await dueLead();
  world.twilio.setFault({ kind: 'timeoutAfterAcceptance', to: number, times: 1 });
  world.twilio.setFault({ kind: 'callbacks', mode: 'missing', to: number });
  await world.runCycle();
  const copy = world.twilio.messages().find(({ to }) => to === number) as { createdAt: string };
  copy.createdAt = new Date(Date.now() - 60_000).toISOString();
  passTime(601);
  await world.reconcile();
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
  expect(await storedTexts(number)).toMatchObject([{ sid: expect.stringMatching(/^SM/) }]);
});

test('X5 a text that Twilio took and still has in its queue after ten minutes is not sent again', async () => {
  const number = await dueLead();
  world.twilio.setFault({ kind: 'timeoutAfterAcceptance', to: number, times: 1 });
  world.twilio.setFault({ kind: 'callbacks', mode: 'missing', to: number });
  await world.runCycle();
  await world.twilio.settle();
  const copy = world.twilio.messages().find(({ to }) => to === number) as { status: string };
  copy.status = 'queued';
  passTime(601);
  await world.reconcile();
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
  expect(await storedTexts(number)).toMatchObject([{ status: 'queued' }]);
});

test('X5 a worker that dies before it reaches Twilio loses no text: reconcile asks, and the step goes through the gate again', async () => {
  const number = await dueLead();
  world.twilio.setFault({ kind: 'timeoutBeforeAcceptance', to: number, times: 1 });
  await world.runCycle();
  expect(await storedTexts(number)).toMatchObject([{ status: 'claimed' }]);
  passTime(601);
  await world.reconcile();
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
});

test('X5 X1 a step waits while the text before it is in doubt, says so, and both leave in their order', async () => {
  const steps = ['PT0S', 'PT1M'].map((delay, index) => ({ delay, template: `Text ${index + 1}` }));
  await world.admin('PUT', '/automations/order', { id: 'order', kind: 'newProspect', name: 'order', steps });
  await putForm(world, { id: 'order', disclaimer: 'You agree to texts.', automations: ['order'] });
  const number = await dueLead('order');
  world.twilio.setFault({ kind: 'timeoutBeforeAcceptance', to: number, times: 1 });
  await world.runCycle();
  passTime(61);
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  const path = `/numbers/${encodeURIComponent(number)}/why?automation=order`;
  expect((await world.admin('GET', path)).json).toMatchObject({
    enrollment: { reason: 'previousInDoubt', sentence: expect.stringContaining('the step before') },
  });
  passTime(601);
  await world.reconcile();
  await world.runCycle();
  passTime(61);
  await world.runCycle();
  expect(world.textsTo(number).map((body) => body.split('\n')[0])).toEqual(['Text 1', 'Text 2']);
});

test('X5 a submission that was stored and not carried out, because its process died, is finished by reconcile', async () => {
  const number = newNumber();
  const receivedAt = new Date().toISOString();
  // The webhook has written the submission, and nothing that follows it.
  await createSubmissionStore({ client: world.tables.client, table: world.tables.outreachTable }).add({
    formId: 'contact',
    submissionId: 'left-behind',
    uid: 'left-behind',
    status: 'received',
    receivedAt,
    occurredAt: receivedAt,
    number,
    details: { firstName: 'Dana' },
    consents: [{ wordsShown: 'You agree to texts.' }],
    automations: ['welcome'],
    fields: {},
  });
  await world.reconcile();
  expect(await consentOf(world, number)).toMatchObject({ version: 0 });
  passTime(61);
  await world.reconcile();
  await world.reconcile();
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
  expect(await consentOf(world, number)).toMatchObject({ version: 1 });
});
