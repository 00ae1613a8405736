import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BusEvent } from '../../infra/local/event-bridge.ts';
import { createFilter } from '../../infra/local/filters.ts';
import { eventCatalog } from '../../lib/events/catalog.ts';
import { newNumber, setUp, submission } from './organization.ts';
import { streamFiltersOf } from './streams.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());

/** Reads a number's events from the bus and checks each against its schema. */
function eventsOf(number: string): BusEvent[] {
  const events = world.eventBridge.events().filter(({ detail }) => detail['number'] === number);
  for (const event of events) {
    const definition = eventCatalog.find(({ detailType }) => detailType === event['detail-type']);
    expect(definition?.schema.safeParse(event.detail).error).toBeUndefined();
    expect(event).toMatchObject({ source: 'sendgate', bus: 'test-bus' });
  }
  return events;
}
const ofKind = (events: readonly BusEvent[], kind: 'consent.changed' | 'text.outcome') =>
  events.filter((event) => event['detail-type'] === `sendgate.${kind}.v1`).map(({ detail }) => detail);
const idsOf = (events: readonly BusEvent[]) => events.map(({ detail }) => detail['id']);

test('X8 an opt-in, each step of its text and a STOP are published with their schemas, and not what was said', async () => {
  const number = newNumber();
  const given = submission(number, { smsConsent: 'on' });
  await world.submit('quote', given);
  await world.runCycle();
  await world.twilio.settle();
  await world.text(number, 'STOP');
  await world.publishEvents();
  const events = eventsOf(number);
  expect(ofKind(events, 'consent.changed')).toMatchObject([
    {
      organization: 'Test Windows',
      sequence: 1,
      kind: 'explicitWeb',
      before: 'none',
      after: 'opted_in',
      source: 'form',
      origin: { formId: 'quote', checkbox: 1 },
    },
    { sequence: 2, kind: 'optOut', before: 'opted_in', after: 'opted_out', source: 'handset' },
  ]);
  const outcomes = ofKind(events, 'text.outcome');
  const statuses = outcomes.map(({ status }) => status);
  // Twilio's first callback may be faster than its own answer. The answer's status is then older.
  expect(['queued', 'sent']).toContain(statuses[0]);
  expect(statuses.at(-1)).toBe('delivered');
  expect(new Set(statuses).size).toBe(statuses.length);
  expect(statuses).not.toContain('claimed');
  expect(new Set(outcomes.map(({ messageId }) => messageId)).size).toBe(1);
  expect(outcomes.at(-1)).toMatchObject({ automationId: 'welcome', step: 0, attempt: 1, consentVersion: 1 });
  const published = JSON.stringify(events);
  for (const word of ['thanks for asking', 'Dana', 'I agree', '203.0.113.9', 'STOP to'])
    expect(published).not.toContain(word);
});

test('X8 a text that Twilio refuses says why, by code and sentence, and its opt-out follows', async () => {
  const number = newNumber();
  world.twilio.block(number);
  await world.submit('quote', submission(number, { smsConsent: 'on' }));
  await world.runCycle();
  await world.publishEvents();
  const events = eventsOf(number);
  expect(ofKind(events, 'text.outcome')).toMatchObject([
    {
      status: 'rejected',
      reason: 'carrierRejected',
      errorCode: 21610,
      sentence: expect.stringContaining(' '),
    },
  ]);
  expect(ofKind(events, 'consent.changed').at(-1)).toMatchObject({
    after: 'opted_out',
    source: 'carrier',
    origin: { errorCode: 21610 },
  });
});

test('X8 what changes nothing is not published: a repeated opt-in, late news, a received text, a lead', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  await world.text(number, 'STOP');
  await world.text(number, 'STOP');
  await world.text(number, 'Hello?');
  await world.submit('contact', submission(number));
  await world.publishEvents();
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/consent/events`);
  const ledger = json['events'] as { sequence: number; effect: string }[];
  expect(ledger.length).toBeGreaterThan(2);
  const changes = ofKind(eventsOf(number), 'consent.changed');
  expect(changes.map(({ sequence }) => sequence)).toEqual(
    ledger.filter(({ effect }) => effect === 'changed').map(({ sequence }) => sequence),
  );
  expect(eventsOf(number)).toHaveLength(2);
});

test('X8 when the bus refuses an event, it and those behind it come again under the same ids: none is lost', async () => {
  const numbers = Array.from({ length: 25 }, newNumber);
  for (const number of numbers) await world.submit('contact', submission(number));
  world.eventBridge.setFault({ kind: 'entry', containing: numbers[12] ?? '', times: 1 });
  const before = world.eventBridge.requests();
  await world.publishEvents();
  for (const number of numbers) {
    const ids = idsOf(eventsOf(number));
    expect(new Set(ids).size, number).toBe(1);
  }
  expect(idsOf(eventsOf(numbers[0] ?? ''))).toHaveLength(1);
  expect(idsOf(eventsOf(numbers[12] ?? ''))).toHaveLength(1);
  expect(idsOf(eventsOf(numbers[24] ?? ''))).toHaveLength(2);
  // Batches of ten: 25 events, then 13 again from the refused one on.
  expect(world.eventBridge.requests() - before).toBe(3 + 2);
});

test('X8 a request that fails as a whole leaves the batch to come again', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  world.eventBridge.setFault({ kind: 'request', status: 400, type: 'AccessDeniedException', times: 1 });
  // Lambda hears of the error, without the words that EventBridge chose.
  const refused = { name: 'AccessDeniedException', message: 'see the log' };
  await expect(world.publishEvents()).rejects.toMatchObject(refused);
  expect(eventsOf(number)).toEqual([]);
});

describe("the mappings' filters", () => {
  const record = (image: Record<string, string>) => ({
    dynamodb: {
      NewImage: Object.fromEntries(Object.entries(image).map(([name, S]) => [name, { S }])),
    },
  });
  test('X8 let only texts of ours and entries of the ledger that changed something cost anything', () => {
    const outreach = createFilter(streamFiltersOf('publish-events', 'outreachTable'));
    expect(outreach(record({ sk: 'MESSAGE', direction: 'outbound' }))).toBe(true);
    expect(outreach(record({ sk: 'MESSAGE', direction: 'inbound' }))).toBe(false);
    expect(outreach(record({ sk: 'ENROLLMENT#welcome', status: 'due' }))).toBe(false);
    expect(outreach(record({ sk: 'LEAD' }))).toBe(false);
    const consent = createFilter(streamFiltersOf('publish-events', 'consentTable'));
    expect(consent(record({ sk: 'EVENT#000000000001', effect: 'changed' }))).toBe(true);
    expect(consent(record({ sk: 'EVENT#000000000002', effect: 'late' }))).toBe(false);
    expect(consent(record({ sk: 'STATE' }))).toBe(false);
  });
});
