import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { CHECKBOX_WORDS, newNumber, putForm, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());
afterEach(() => vi.useRealTimers());

const GREETS = expect.stringContaining('thanks for asking');

/** Moves this process's clock forward. Timers keep running. */
function passDays(days: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 86_400_000 });
}

async function enrollmentOf(number: string) {
  const path = `/numbers/${encodeURIComponent(number)}/why?automation=welcome`;
  return (await world.admin('GET', path)).json['enrollment'];
}

async function messagesTo(number: string): Promise<readonly Record<string, unknown>[]> {
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/messages`);
  return json['messages'] as Record<string, unknown>[];
}

test('H10 a tick long after an unticked form starts the text that consent was missing for, and the stale one says why it never left', async () => {
  const number = newNumber();
  await world.submit('quote', submission(number));
  await world.runCycle();
  passDays(8);
  await world.submit('quote', submission(number, { smsConsent: true }));
  await world.runCycle();
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([GREETS]);
  const messages = await messagesTo(number);
  expect(messages).toContainEqual(expect.objectContaining({ status: 'dropped', reason: 'tooOld' }));
  expect(await enrollmentOf(number)).toMatchObject({ generation: 2, status: 'completed' });
});

test('H10 X5 who asks again is greeted again, once for each submission, however often each is delivered', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  await world.runCycle();
  passDays(60);
  const again = submission(number);
  await Promise.all([world.submit('contact', again), world.submit('contact', again)]);
  await world.runCycle();
  await world.submit('contact', again);
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([GREETS, GREETS]);
  expect(new Set((await messagesTo(number)).map(({ id }) => id)).size).toBe(2);
});

test('X5 a second submission while the first is underway begins nothing', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  await world.submit('contact', submission(number));
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([GREETS]);
});

test('C2 B7 who refused the request for START and ticks the box again is asked again', async () => {
  await world.admin('PATCH', '/settings', { doubleOptIn: 'perNumber' });
  const number = newNumber();
  await world.submit('quote', submission(number, { smsConsent: true }));
  await world.runCycle();
  await world.admin('POST', `/numbers/${encodeURIComponent(number)}/opt-out`);
  await world.runCycle();
  await world.submit('quote', submission(number, { smsConsent: true }));
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([
    expect.stringContaining('Reply START'),
    expect.stringContaining('Reply START'),
  ]);
  await world.text(number, 'START');
  await world.runCycle();
  expect(world.textsTo(number).at(-1)).toEqual(GREETS);
  await world.admin('PATCH', '/settings', { doubleOptIn: 'off' });
});

test('X1 X5 a lead that comes while the automation is paused is enrolled, held with the reason, and texted once it is on again', async () => {
  const steps = [{ delay: 'PT0S', template: 'Hello from paused' }];
  const automation = { id: 'paused', kind: 'newProspect', name: 'paused', steps };
  await world.admin('PUT', '/automations/paused', { ...automation, enabled: false });
  await putForm(world, {
    id: 'paused',
    checkboxes: [{ number: 1, field: 'smsConsent', wordsShown: CHECKBOX_WORDS }],
    automations: ['paused'],
  });
  const [byForm, byHand] = [newNumber(), newNumber()];
  await world.submit('paused', submission(byForm, { smsConsent: true }));
  await world.admin('POST', '/leads', { number: byHand, automations: ['paused'] });
  await world.text(byHand, 'START');
  await world.runCycle();
  for (const number of [byForm, byHand]) {
    const path = `/numbers/${encodeURIComponent(number)}/why?automation=paused`;
    expect((await world.admin('GET', path)).json).toMatchObject({
      enrollment: { status: 'waiting', reason: 'automationDisabled' },
    });
  }
  await world.admin('PUT', '/automations/paused', automation);
  await world.runCycle();
  await world.runCycle();
  for (const number of [byForm, byHand]) {
    expect(world.textsTo(number)).toEqual([expect.stringContaining('Hello from paused')]);
  }
});

test('X1 a form with a secret is told what its submission did, the same each time', async () => {
  const secret = 'a-secret-of-the-form-that-nobody-guesses';
  const put = await world.admin('PUT', '/forms/secret', {
    id: 'secret',
    name: 'secret',
    checkboxes: [{ number: 1, field: 'smsConsent', wordsShown: CHECKBOX_WORDS }],
    automations: ['welcome'],
    secret,
  });
  expect(put.status).toBeLessThan(300);
  const number = newNumber();
  const send = (body: object) =>
    world.submit('secret', body, 'application/json', { headers: { 'x-sendgate-secret': secret } });
  const unticked = submission(number);
  const first = await send(unticked);
  expect(first.json['automations']).toEqual([
    { automationId: 'welcome', did: 'enrolled', waitsFor: 'consent' },
  ]);
  const ticked = await send(submission(number, { smsConsent: true }));
  expect(ticked.json['automations']).toEqual([{ automationId: 'welcome', did: 'alreadyUnderway' }]);
  await world.runCycle();
  passDays(30);
  const later = await send(submission(number));
  expect(later.json['automations']).toEqual([{ automationId: 'welcome', did: 'enrolledAgain' }]);
  expect((await send(unticked)).json).toEqual(first.json);
});
