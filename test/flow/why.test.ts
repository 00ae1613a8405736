import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { newNumber, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());

async function why(number: string, query = '?automation=welcome'): Promise<Record<string, never>> {
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/why${query}`);
  return json as Record<string, never>;
}

async function messageOf(number: string): Promise<string> {
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/messages`);
  return String((json['messages'] as { id: string }[])[0]?.id);
}

async function whyMessage(number: string) {
  return (await world.admin('GET', `/messages/${await messageOf(number)}/why`)).json;
}

test('X1 H3 for a number: what the gate would say now, with every rule in order and as one sentence', async () => {
  const number = newNumber();
  await world.submit('quote', submission(number));
  await world.runCycle();
  const answer = await why(number);
  expect(answer).toMatchObject({
    about: 'automation',
    decision: {
      kind: 'hold',
      reason: 'waitingForConsent',
      sentence: 'held: the setting is on and the number has no recorded opt-in',
    },
    enrollment: { status: 'waiting', reason: 'waitingForConsent' },
  });
  const { trace } = answer['decision'] as unknown as { trace: { rule: string }[] };
  expect(trace.map(({ rule }) => rule)).toEqual([
    'maximumAge',
    'leadsNumber',
    'optedOut',
    'a2pVerified',
    'senderAccepted',
    'carrierBlocked',
    'review',
    'requireSmsOptIn',
  ]);
  expect(await why(number, '')).toMatchObject({ about: 'agent', decision: { kind: 'send' } });
});

test('X1 what comes before the rules is told as well: not due yet, switched off, a hole in the text, ended', async () => {
  const put = (more: object) =>
    world.admin('PUT', '/automations/told', {
      id: 'told',
      kind: 'newProspect',
      name: 'told',
      steps: [{ delay: 'PT1H', template: 'Hi {{lastName}}' }],
      ...more,
    });
  const number = newNumber();
  await put({});
  await world.text(number, 'START');
  const { json } = await world.admin('POST', '/leads', { number, automations: ['told'] });
  const decision = async () => (await why(number, '?automation=told'))['decision'];
  expect(await decision()).toMatchObject({ kind: 'refuse', reason: 'missingField' });
  await world.admin('PATCH', `/leads/${json['id']}`, { details: { lastName: 'Reyes' } });
  expect(await decision()).toMatchObject({
    kind: 'defer',
    reason: 'notDue',
    until: expect.any(String),
    sentence: expect.stringMatching(/^deferred: due at /),
  });
  await put({ enabled: false });
  const off = {
    kind: 'hold',
    reason: 'automationDisabled',
    sentence: 'held: the automation is switched off',
  };
  expect(await decision()).toMatchObject(off);
  await put({});
  await world.text(number, 'Please call me tomorrow');
  expect(await decision()).toMatchObject({
    kind: 'stop',
    reason: 'replied',
    sentence: 'stopped: the lead replied',
  });
  const welcomed = newNumber();
  await world.submit('contact', submission(welcomed));
  await world.runCycle();
  expect((await why(welcomed))['decision']).toMatchObject({ kind: 'stop', reason: 'completed' });
  const other = await world.admin('GET', `/numbers/${encodeURIComponent(welcomed)}/why?leadId=${json['id']}`);
  expect(other).toMatchObject({ status: 422, json: { errors: [{ field: 'leadId' }] } });
});

test('X1 X6 "deferred: outside 9:00-20:00 in America/Denver" is the sentence at night', async () => {
  await world.admin('PATCH', '/settings', { quietHours: 'enforced' });
  const number = newNumber().replace(/^\+1\d{3}/, '+1303');
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-06-03T05:00:00.000Z') });
  await world.submit('contact', submission(number));
  await world.runCycle();
  const answer = await why(number);
  vi.useRealTimers();
  expect(answer['decision']).toMatchObject({
    kind: 'defer',
    until: '2026-06-03T15:00:00.000Z',
    sentence: expect.stringContaining('outside 9:00-20:00 in America/Denver'),
  });
  expect(world.textsTo(number)).toEqual([]);
  await world.admin('PATCH', '/settings', { quietHours: 'offForTesting' });
});

test('X6 a text held at night leaves when the window opens', async () => {
  await world.admin('PATCH', '/settings', { quietHours: 'enforced' });
  const number = newNumber().replace(/^\+1\d{3}/, '+1303');
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-06-04T05:00:00.000Z') });
  await world.submit('contact', submission(number));
  await world.runCycle();
  vi.setSystemTime(new Date('2026-06-04T14:59:00.000Z'));
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  vi.setSystemTime(new Date('2026-06-04T15:00:00.000Z'));
  await world.runCycle();
  vi.useRealTimers();
  expect(world.textsTo(number)).toHaveLength(1);
  await world.admin('PATCH', '/settings', { quietHours: 'offForTesting' });
});

test('X1 S8 for a message: consent first, then the number, then the carrier', async () => {
  const [stopped, landline, filtered] = [newNumber(), '+13035550191', '+13035550193'];
  await world.submit('contact', submission(stopped));
  world.twilio.block(stopped);
  await world.submit('contact', submission(landline));
  await world.submit('contact', submission(filtered));
  await world.runCycle();
  await world.twilio.settle();
  expect(await whyMessage(stopped)).toMatchObject({
    because: 'consent',
    sentence: 'rejected by Twilio: the number has opted out at the carrier',
    findings: [{ about: 'consent' }, { about: 'number' }, { about: 'carrier' }],
  });
  expect(await whyMessage(landline)).toMatchObject({
    because: 'number',
    status: 'undelivered',
    findings: [
      { about: 'consent', says: 'did not stand in the way' },
      { about: 'number' },
      { about: 'carrier' },
    ],
  });
  expect(await whyMessage(filtered)).toMatchObject({
    because: 'carrier',
    sentence: 'undelivered: the carrier filtered the text',
  });
  // What carriers filter holds the texts behind it.
  await world.admin('PATCH', '/settings', { a2pVerified: true });
});

test('X1 a text that left says so, with every rule that agreed and the consent it was sent under', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  await world.runCycle();
  const answer = await whyMessage(number);
  expect(answer).toMatchObject({ because: null, consentVersion: 1 });
  expect((answer['trace'] as unknown[]).length).toBeGreaterThan(8);
});

test.each([
  [
    'C1 an opt-in template without START',
    {
      optInTemplate: 'Test Windows: reply OK for recurring texts. Msg & data rates may apply. HELP for help.',
    },
    'optInTemplate',
  ],
  [
    'C1 an opt-in template without the name',
    { optInTemplate: 'Reply START for recurring texts. Msg & data rates may apply. HELP for help.' },
    'optInTemplate',
  ],
  [
    'C1 an opt-in template that asks for YES',
    {
      optInTemplate:
        'Test Windows: reply YES or START for recurring texts. Msg & data rates may apply. HELP for help.',
    },
    'optInTemplate',
  ],
  [
    'B3 a confirmation without HELP',
    { optInReply: 'Test Windows: you get recurring texts. Msg & data rates may apply.' },
    'optInReply',
  ],
])('%s is refused with what to say', async (_, change, field) => {
  const answer = await world.admin('PATCH', '/settings', change);
  expect(answer.status).toBe(422);
  expect(answer.json['errors']).toMatchObject([{ field }]);
});

test('C1 only admins change the opt-in template', async () => {
  const template =
    '{{organizationName}}: reply START to get recurring texts. Msg & data rates may apply. HELP for help.';
  expect((await world.admin('PATCH', '/settings', { optInTemplate: template }, '[agent]')).status).toBe(403);
  expect((await world.admin('PATCH', '/settings', { optInTemplate: template })).status).toBe(200);
});
