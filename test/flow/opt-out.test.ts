import { afterAll, beforeAll, expect, test } from 'vitest';
import { consentOf, FOOTER, newNumber, setUp, submission } from './organization.ts';
import { createWorld, SENDER, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());

/** Creates a lead that may be texted and whose text is due, but has not left. */
async function dueLead(): Promise<string> {
  const number = newNumber();
  await world.submit('contact', submission(number));
  return number;
}

async function enrollmentsOf(number: string): Promise<Record<string, unknown>[]> {
  const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(number)}`);
  const [lead] = json['leads'] as { id: string }[];
  const shown = await world.admin('GET', `/leads/${lead?.id}`);
  return shown.json['enrollments'] as Record<string, unknown>[];
}

test('S4 a STOP that arrives while texts are queued stops them all', async () => {
  const numbers = await Promise.all(Array.from({ length: 10 }, dueLead));
  await world.enqueueDue();
  for (const number of numbers) expect((await world.text(number, 'STOP')).status).toBe(200);
  expect(await world.drainLanes()).toBeGreaterThanOrEqual(10);
  expect(numbers.flatMap(world.textsTo)).toEqual([]);
});

test('S4 STOP and the gate race: a number that is opted out before the hand-over gets nothing', async () => {
  const numbers = await Promise.all(Array.from({ length: 30 }, dueLead));
  await world.enqueueDue();
  await Promise.all([world.drainLanes(), ...numbers.map((number) => world.text(number, 'STOP'))]);
  for (const number of numbers) {
    const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/messages`);
    const sent = (json['messages'] as Record<string, unknown>[]).filter(
      (text) => text['sid'] && text['direction'] === 'outbound',
    );
    // A text that left was claimed under the consent version before the STOP.
    for (const text of sent) expect(text['consentVersion']).toBe(1);
    expect(sent.length).toBe(world.textsTo(number).length);
    expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
  }
});

test('B6 STOP disables texting until START, which releases what was held', async () => {
  const number = await dueLead();
  await world.text(number, 'stop');
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  expect(await enrollmentsOf(number)).toMatchObject([{ status: 'waiting', reason: 'optedOut' }]);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out', carrierBlocked: true });
  await world.text(number, 'START');
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in', carrierBlocked: false });
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
});

test.each([
  'STOP',
  'stopall',
  'Unsubscribe',
  'CANCEL',
  'end',
  'QUIT',
  'revoke',
  'OptOut',
  'opt out',
  'Stop.',
  'Please stop',
  'Stop, thank you',
])('B6 "%s" opts out, also from a number that is no lead', async (word) => {
  const number = newNumber();
  await world.text(number, word);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
});

test.each([
  'Stop by tomorrow at 3?',
  "don't stop",
  'weekend',
  'the end of the day works',
  'I cancel nothing',
])('B6 "%s" is conversation and opts nobody out', async (words) => {
  const number = newNumber();
  await world.text(number, words);
  expect(await consentOf(world, number)).toMatchObject({ status: 'none', version: 0 });
});

test('X3 a form that was submitted before the STOP and arrives after it changes nothing and stays in the ledger', async () => {
  const number = newNumber();
  await world.text(number, 'STOP');
  const before = new Date(Date.now() - 3_600_000).toISOString();
  await world.submit('quote', submission(number, { smsConsent: true, submittedAt: before }));
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out', version: 2 });
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/consent/events`);
  expect(json['events']).toMatchObject([{ kind: 'optOut' }, { kind: 'explicitWeb', effect: 'late' }]);
});

test('X3 a form whose clock runs ahead does not outrank the STOP that follows', async () => {
  const number = newNumber();
  await world.submit('quote', submission(number, { smsConsent: true, submittedAt: '2099-01-01T00:00:00Z' }));
  await world.text(number, 'STOP');
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
});

test('S5 an implied consent never lifts an opt-out; a ticked box does where the settings let it, but the carrier still blocks until START', async () => {
  const number = newNumber();
  await world.text(number, 'STOP');
  await world.submit('contact', submission(number));
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
  await world.admin('PATCH', '/settings', { reOptIn: 'web' });
  await world.submit('quote', submission(number, { smsConsent: true }));
  await world.admin('PATCH', '/settings', { reOptIn: 'handset' });
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in', carrierBlocked: true });
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  expect(await enrollmentsOf(number)).toMatchObject([{ status: 'waiting', reason: 'carrierBlocked' }]);
  await world.text(number, 'UNSTOP');
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
});

test('S5 a bare YES from someone who was never asked is a reply; after a STOP on which Twilio acted it is START', async () => {
  const stranger = newNumber();
  await world.text(stranger, 'Yes');
  // With Advanced Opt-Out Twilio marks every Yes as START, also one of a number that was never asked.
  await world.twilio.inbound({ from: stranger, to: SENDER, body: 'Yes', more: { OptOutType: 'START' } });
  expect(await consentOf(world, stranger)).toMatchObject({ status: 'none' });
  await world.text(stranger, 'STOP');
  await world.text(stranger, 'YES');
  expect(await consentOf(world, stranger)).toMatchObject({ status: 'opted_in' });
});

test('a reply ends the automations that stop on one, and STOP and START do not', async () => {
  const number = newNumber();
  await world.admin('PUT', '/forms/follow', {
    id: 'follow',
    name: 'follow',
    disclaimer: 'You agree to texts.',
    automations: ['welcome', 'follow-up'],
  });
  await world.submit('follow', submission(number));
  await world.runCycle();
  await world.text(number, 'STOP');
  await world.text(number, 'START');
  expect(await enrollmentsOf(number)).toMatchObject([{ status: 'due' }, { status: 'completed' }]);
  await world.text(number, 'Can you call me tomorrow?');
  const [followUp] = await enrollmentsOf(number);
  expect(followUp).toMatchObject({ automationId: 'follow-up', status: 'stopped', reason: 'replied' });
});

test('X9 what Twilio knows and we do not: a 21610 is recorded as an opt-out, and HELP is answered by the carrier', async () => {
  const number = await dueLead();
  await world.twilio.block(number);
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out', carrierBlocked: true });
  const help = await world.text(newNumber(), 'HELP');
  expect(help.body).not.toContain('<Message>');
});

test('B3 where the carrier answers nothing, as on a short code, HELP is answered at once, STOP and START once each through the gate', async () => {
  world.twilio.setOptOutHandling(false);
  await world.admin('PATCH', '/settings', { keywordReplies: 'sendgate', confirmOptIns: true });
  const number = newNumber();
  expect((await world.text(number, 'help')).body).toContain('Msg &amp; data rates may apply');
  for (const word of ['STOP', 'STOP', 'START', 'START']) {
    expect((await world.text(number, word)).body).not.toContain('<Message>');
    await world.runCycle();
  }
  expect(world.textsTo(number)).toEqual([
    expect.stringContaining('you are opted out'),
    expect.stringContaining('you are opted in'),
  ]);
  expect(world.textsTo(number)[0]).not.toContain(FOOTER);
  await world.admin('PATCH', '/settings', { keywordReplies: 'carrier', confirmOptIns: false });
  world.twilio.setOptOutHandling(true);
});
