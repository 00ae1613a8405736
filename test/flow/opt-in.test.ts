import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CHECKBOX_WORDS,
  consentOf,
  DISCLAIMER,
  FOOTER,
  newNumber,
  setUp,
  submission,
} from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());

const fixture = (name: string) => readFileSync(new URL(`../fixtures/forms/${name}`, import.meta.url), 'utf8');

async function eventsOf(number: string): Promise<Record<string, never>[]> {
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/consent/events`);
  return json['events'] as Record<string, never>[];
}

async function requireOptIn(on: boolean): Promise<void> {
  const { status } = await world.admin('PATCH', '/settings', { requireSmsOptIn: on });
  expect(status).toBe(200);
}

test('H4 C6 a ticked checkbox records the number, and the text leaves within one cycle with its footer once', async () => {
  const answer = await world.submit('quote', fixture('generic.json'));
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual({
    submissionId: 'sub_01HGENERIC0001',
    consent: { recorded: true, checkboxes: [1] },
  });
  await world.runCycle();
  expect(world.textsTo('+13035550142')).toEqual([`Hi Dana, thanks for asking Test Windows!\n${FOOTER}`]);
  expect(await eventsOf('+13035550142')).toMatchObject([
    {
      kind: 'explicitWeb',
      occurredAt: '2026-11-20T15:04:05.000Z',
      before: 'none',
      after: 'opted_in',
      evidence: {
        source: 'form',
        formId: 'quote',
        submissionId: 'sub_01HGENERIC0001',
        checkbox: 1,
        wordsShown: CHECKBOX_WORDS,
        pageUrl: 'https://example.com/quote',
        ip: '203.0.113.9',
      },
    },
  ]);
});

test('H4 an unticked checkbox records nobody and keeps the rest; H3 the lead is held without an error', async () => {
  const answer = await world.submit('quote', fixture('generic-unticked.json'));
  expect(answer.json).toMatchObject({ consent: { recorded: false } });
  await world.runCycle();
  expect(world.textsTo('+17205550117')).toEqual([]);
  expect(await eventsOf('+17205550117')).toEqual([]);
  const { json } = await world.admin('GET', '/leads?number=%2B17205550117');
  const [lead] = json['leads'] as { id: string; details: object }[];
  expect(lead?.details).toMatchObject({ firstName: 'Lee', lastName: 'Okafor', zip: '80202' });
  const shown = await world.admin('GET', `/leads/${lead?.id}`);
  expect(shown.json['enrollments']).toMatchObject([
    { automationId: 'welcome', status: 'waiting', reason: 'waitingForConsent' },
  ]);
});

test('H4 urlencoded and multipart submissions consent like JSON', async () => {
  await world.submit('quote', fixture('generic.urlencoded.txt'), 'application/x-www-form-urlencoded');
  const body = fixture('generic.multipart.txt').replace(/\r?\n/g, '\r\n');
  const type = 'multipart/form-data; boundary=----sendgateBoundary7MA4';
  await world.submit('quote', Buffer.from(body).toString('base64'), type, { isBase64Encoded: true });
  await world.runCycle();
  expect(world.textsTo('+13035550158')).toEqual([expect.stringContaining('Hi Ana,')]);
  expect(world.textsTo('+13035550163')).toEqual([expect.stringContaining('Hi Chris,')]);
});

test('H5 form without a checkbox records every number, with the disclaimer as evidence', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
  const [event] = await eventsOf(number);
  expect(event).toMatchObject({ kind: 'impliedForm', evidence: { wordsShown: DISCLAIMER } });
});

test('S2 H2 no opt-in, no text, though the number is valid; with the setting off the text leaves', async () => {
  const number = newNumber();
  await world.submit('quote', submission(number));
  await world.runCycle();
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  await requireOptIn(false);
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
  await requireOptIn(true);
});

test('H1 a saved setting holds from the very next cycle, both ways, even for texts already queued', async () => {
  await requireOptIn(false);
  const number = newNumber();
  await world.submit('quote', submission(number));
  await world.enqueueDue();
  await requireOptIn(true);
  await world.drainLanes();
  expect(world.textsTo(number)).toEqual([]);
  await requireOptIn(false);
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
  await requireOptIn(true);
});

test('H10 an opt-in from any source sends what waited on the next cycle', async () => {
  const sources: ((number: string) => Promise<unknown>)[] = [
    (number) => world.text(number, 'START'),
    (number) => world.submit('quote', submission(number, { smsConsent: 'on' })),
    (number) => world.submit('contact', submission(number)),
  ];
  for (const optIn of sources) {
    const number = newNumber();
    await world.submit('quote', submission(number));
    await world.runCycle();
    expect(world.textsTo(number)).toEqual([]);
    await optIn(number);
    await world.runCycle();
    expect(world.textsTo(number)).toHaveLength(1);
  }
});

test('H11 turning the setting on records nobody: who submitted before has to opt in', async () => {
  await requireOptIn(false);
  const number = newNumber();
  await world.submit('quote', submission(number));
  await requireOptIn(true);
  await world.runCycle();
  expect(await eventsOf(number)).toEqual([]);
  expect(await consentOf(world, number)).toMatchObject({ status: 'none' });
  expect(world.textsTo(number)).toEqual([]);
});

test('a form enrols its lead in every automation, and the later steps leave when they are due', async () => {
  const number = newNumber();
  await world.admin('PUT', '/forms/full', {
    id: 'full',
    name: 'full',
    disclaimer: DISCLAIMER,
    automations: ['welcome', 'follow-up', 'newsletter'],
  });
  await world.submit('full', submission(number));
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
  const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(number)}`);
  const [lead] = json['leads'] as { id: string }[];
  const shown = await world.admin('GET', `/leads/${lead?.id}`);
  const enrollments = shown.json['enrollments'] as { kind: string; status: string }[];
  expect(enrollments.map(({ kind, status }) => `${kind} ${status}`).sort()).toEqual([
    'drip due',
    'followUp due',
    'newProspect completed',
  ]);
});
