import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { countsIn } from '../setup/lines.ts';
import { consentOf, newNumber, setUp, submission } from './organization.ts';
import { createWorld, SENDER, type World } from './world.ts';

const output = await vi.hoisted(async () => (await import('../setup/lines.ts')).collectLines());

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(async () => {
  vi.useRealTimers();
  await world.close();
});

const AGENT = 'rcs:demo_windows_agent';
const messagesOf = async (number: string) => {
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/messages`);
  return (json['messages'] as { body: string; direction: string }[]).filter(
    ({ direction }) => direction === 'inbound',
  );
};
const unreadable = async () => (await world.admin('GET', '/inbound/unreadable')).json['texts'];

async function optedIn(phone = newNumber()): Promise<string> {
  await world.submit('quote', submission(phone, { smsConsent: true }));
  return phone;
}

test.each([
  ['rcs', AGENT, 'STOP', true],
  ['rcs', AGENT, 'please stop texting me', false],
  ['whatsapp', 'whatsapp:+13035550199', 'STOP', false],
  ['messenger', 'messenger:1089912345678', 'Stop', false],
  ['RCS', AGENT, 'stop', true],
])(
  'S4 an opt-out over %s to %s in the words "%s" opts the number out',
  async (channel, to, body, isCarriers) => {
    const number = await optedIn();
    const answer = await world.twilio.inbound({ from: `${channel}:${number}`, to, body });
    expect(answer.status).toBe(200);
    expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out', carrierBlocked: isCarriers });
    await world.runCycle();
    // Where Twilio confirms nothing, we do, once.
    const confirmation = isCarriers ? [] : [expect.stringContaining('you are opted out')];
    expect(world.textsTo(number)).toEqual(confirmation);
    expect(await messagesOf(number)).toMatchObject([{ body }]);
  },
);

test('B6 START and words over RCS count as those of the number', async () => {
  const number = await optedIn();
  const text = (body: string) => world.twilio.inbound({ from: `rcs:${number}`, to: AGENT, body });
  await text('STOP');
  await text('START');
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in', carrierBlocked: false });
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
  await text('Can you call me?');
  expect(await messagesOf(number)).toHaveLength(3);
});

test('S4 a STOP from the number that carriers in Mexico call +521 opts out the +52 of the form', async () => {
  const answer = await world.submit('quote', submission('+52 1 55 1234 5678', { smsConsent: true }));
  expect(answer.status).toBe(200);
  expect(await consentOf(world, '+525512345678')).toMatchObject({ status: 'opted_in' });
  await world.text('+5215512345678', 'STOP');
  expect(await consentOf(world, '+525512345678')).toMatchObject({ status: 'opted_out' });
  expect(await consentOf(world, '+5215512345678')).toMatchObject({ status: 'none' });
  await world.twilio.inbound({ from: 'whatsapp:+5215512345678', to: AGENT, body: 'START' });
  expect(await consentOf(world, '+525512345678')).toMatchObject({ status: 'opted_in' });
});

test('S4 no oversized or strange field takes a STOP with it', async () => {
  const whole = await optedIn();
  // A body beyond the limit is cut for reading, and what is left is read and kept.
  await world.text(whole, `Please stop texting me. ${'x'.repeat(20_000)}`);
  expect(await messagesOf(whole)).toMatchObject([{ body: expect.stringMatching(/^Please stop texting me/) }]);
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(whole)}/consent`);
  expect(json['status'] === 'opted_out' || (await isInReview(whole))).toBe(true);
  const wide = await optedIn();
  await world.twilio.inbound({ from: wide, to: `rcs:${'a'.repeat(300)}`, body: 'STOP' });
  expect(await consentOf(world, wide)).toMatchObject({ status: 'opted_out' });
  const spaced = await optedIn();
  await world.twilio.inbound({ from: `rcs: \u202a${spaced}\u202c `, to: AGENT, body: 'STOP' });
  expect(await consentOf(world, spaced)).toMatchObject({ status: 'opted_out' });
});

async function isInReview(number: string): Promise<boolean> {
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/conversation`);
  return json['review'] !== undefined && json['review'] !== null;
}

test('X7 an opt-out from a sender without a number is kept for a person, once, and rings; other words of such a sender are ignored', async () => {
  const from = 'messenger:45129088';
  output.clear();
  const { messageSid } = await world.twilio.inbound({ from, to: SENDER, body: 'STOP' });
  await world.twilio.redeliver(messageSid);
  await world.twilio.inbound({ from: '89203', to: SENDER, body: 'Your code is 1234' });
  await world.twilio.inbound({ from: '', to: SENDER, body: 'Stop messaging me' });
  expect(await unreadable()).toMatchObject([
    { from: '', intent: 'stop' },
    { messageSid, from, to: SENDER, body: 'STOP', intent: 'stop' },
  ]);
  expect(countsIn(output.metrics())).toMatchObject({ inboundUnreadable: 3, inboundIgnored: 1 });
  expect(output.lines.join(' ')).not.toContain('45129088');
});

test('X11 a STOP over RCS whose webhook was lost is found by the comparison and recorded for the number', async () => {
  const number = await optedIn();
  const from = `rcs:${number}`;
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5000 });
  world.twilio.setFault({ kind: 'webhookLost', to: from, times: 1 });
  await world.twilio.inbound({ from, to: SENDER, body: 'STOP' });
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1900_000 });
  await world.reconcile();
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
});
