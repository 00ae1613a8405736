import { afterAll, beforeAll, expect, test } from 'vitest';
import { consentOf, newNumber, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());

async function eventsOf(number: string): Promise<unknown> {
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/consent/events`);
  return json['events'];
}

/** Creates a lead that gets a follow-up in an hour, unless it replies. */
async function followedLead(): Promise<string> {
  await world.admin('PUT', '/forms/follow', {
    id: 'follow',
    name: 'follow',
    disclaimer: 'You agree to texts.',
    automations: ['follow-up'],
  });
  const number = newNumber();
  await world.submit('follow', submission(number));
  return number;
}

async function enrollmentsOf(number: string): Promise<unknown> {
  const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(number)}`);
  const [lead] = json['leads'] as { id: string }[];
  const shown = await world.admin('GET', `/leads/${lead?.id}`);
  return shown.json['enrollments'];
}

test.each([
  ['please stop texting me', 'en-stop-texting', 'en'],
  ['Stop. Thank you', undefined, undefined],
  ['ALTO', 'es-stop-opening', 'es'],
  ['no me escriban más', 'es-do-not-text', 'es'],
  ['ARRET', 'fr-stop-opening', 'fr'],
  ["ne m'écrivez plus", 'fr-do-not-text', 'fr'],
])('X7 "%s" opts out, and the ledger keeps the words and the rule %s', async (words, rule, language) => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  await world.enqueueDue();
  expect((await world.text(number, words)).status).toBe(200);
  await world.drainLanes();
  expect(world.textsTo(number)).toEqual([]);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out', carrierBlocked: false });
  expect(await eventsOf(number)).toMatchObject([
    { kind: 'impliedForm' },
    {
      kind: 'optOut',
      effect: 'changed',
      evidence: {
        wordsSent: words,
        carrierActs: false,
        ...(rule && { word: 'STOP', reading: { class: 'clear', rule, language } }),
      },
    },
  ]);
});

test.each([
  'Stop by tomorrow at 3?',
  'stop by at 5',
  "don't stop",
  'weekend',
  'outdoor',
  'the end of the day',
  'can you stop the installation',
  'Automatic reply: out of office. Reply STOP to opt out.',
  'Error: attempt to send to unsubscribed recipient',
])('X7 "%s" opts nobody out', async (words) => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  await world.text(number, words);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in', version: 1 });
});

test('X7 an out-of-office reply is no reply: the follow-up goes on, and a person’s reply ends it', async () => {
  const number = await followedLead();
  await world.text(number, "Automatic reply: I'm out of the office until Monday.");
  expect(await enrollmentsOf(number)).toMatchObject([{ automationId: 'follow-up', status: 'due' }]);
  await world.text(number, 'Could you call me tomorrow?');
  expect(await enrollmentsOf(number)).toMatchObject([{ status: 'stopped', reason: 'replied' }]);
});

test('X7 a doubtful text opts nobody out and holds automated texts until a person decides', async () => {
  const wrong = newNumber();
  const machine = newNumber();
  for (const number of [wrong, machine]) await world.submit('contact', submission(number));
  await world.text(wrong, 'Wrong number, sorry');
  await world.text(machine, 'Automatic reply: out of office. Please stop texting me.');
  await world.runCycle();
  for (const number of [wrong, machine]) {
    expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
    expect(world.textsTo(number)).toEqual([]);
  }
  // A machine's text does not end the automation, so only the doubt holds the step.
  expect(await enrollmentsOf(machine)).toMatchObject([{ status: 'waiting', reason: 'awaitingReview' }]);
});
