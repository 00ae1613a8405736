import { DeleteCommand, PutCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ConsentEvent, NewConsentEvent } from '../../../lib/consent/consent-event.ts';
import { eventKey, stateKey } from '../../../lib/consent/consent-items.ts';
import { appendEvent } from '../../../lib/consent/ledger.ts';
import { type ConsentRegistry, createConsentRegistry } from '../../../lib/consent/registry.ts';
import { type ConsentState, initialState } from '../../../lib/consent/state.ts';
import { createTables, type Tables } from '../../setup/tables.ts';
import { handset, newEvent } from './new-events.ts';

let tables: Tables;
let registry: ConsentRegistry;
let numbers = 0;

beforeAll(async () => {
  tables = await createTables();
  registry = createConsentRegistry({
    client: tables.client,
    table: tables.consentTable,
    now: () => new Date(),
  });
});

/** Returns a number that no other test writes to. */
function freshNumber(): string {
  return `+1303555${String(++numbers).padStart(4, '0')}`;
}

function newEventOf(number: string, kind: NewConsentEvent['kind'], more: Partial<NewConsentEvent> = {}) {
  return newEvent(kind, 0, { number, occurredAt: new Date().toISOString(), ...more });
}

/** Computes the state from the events alone. */
function fold(number: string, events: readonly ConsentEvent[]): ConsentState {
  return events.reduce(
    (state, event) => appendEvent(state, event, event.recordedAt).state,
    initialState(number),
  );
}

async function alter(number: string, sequence: number, field: string, value: unknown): Promise<void> {
  await tables.client.send(
    new UpdateCommand({
      TableName: tables.consentTable,
      Key: sequence === 0 ? stateKey(number) : eventKey(number, sequence),
      UpdateExpression: 'SET #field = :value',
      ExpressionAttributeNames: { '#field': field },
      ExpressionAttributeValues: { ':value': value },
    }),
  );
}

/** Creates a number with an opt-in, a STOP and a START in its ledger. */
async function numberWithHistory(): Promise<string> {
  const number = freshNumber();
  for (const kind of ['explicitWeb', 'optOut', 'handsetStart'] as const) {
    await registry.record(newEventOf(number, kind));
  }
  expect(await registry.verify(number)).toBeUndefined();
  return number;
}

describe('recording', () => {
  it('S1 a number never heard of stands at none, and its empty chain holds', async () => {
    const number = freshNumber();
    expect(await registry.read(number)).toEqual(initialState(number));
    expect(await registry.verify(number)).toBeUndefined();
  });

  it('X2 the stored state is what the events lead to', async () => {
    const number = freshNumber();
    const kinds = [
      'impliedForm',
      'optInRequestSent',
      'handsetKeyword',
      'optOut',
      'crmAttested',
      'handsetStart',
    ] as const;
    for (const kind of kinds) await registry.record(newEventOf(number, kind));
    const events = await registry.events(number);
    expect(events.map(({ kind, sequence }) => [kind, sequence])).toEqual(
      kinds.map((kind, i) => [kind, i + 1]),
    );
    expect(await registry.read(number)).toEqual(fold(number, events));
    expect(await registry.verify(number)).toBeUndefined();
  });

  it('X5 the same source event twice is one event, and the second answer is the first one', async () => {
    const number = freshNumber();
    const submission = newEventOf(number, 'explicitWeb', { sourceId: 'form:quote:s-1:1' });
    const first = await registry.record(submission);
    await registry.record(newEventOf(number, 'optOut'));
    const second = await registry.record({ ...submission, occurredAt: new Date().toISOString() });
    expect(first.outcome).toBe('recorded');
    expect(second).toMatchObject({
      outcome: 'duplicate',
      event: first.event,
      state: { status: 'opted_out' },
    });
    expect(await registry.events(number)).toHaveLength(2);
  });

  it('X5 the same source event from ten deliveries at once is one event', async () => {
    const number = freshNumber();
    const submission = newEventOf(number, 'explicitWeb');
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => registry.record(submission)));
    expect(outcomes.filter(({ outcome }) => outcome === 'recorded')).toHaveLength(1);
    expect(await registry.events(number)).toHaveLength(1);
  });

  it('X2 thirty writers to one number at once leave a gapless chain that holds', async () => {
    const number = freshNumber();
    const kinds = ['explicitWeb', 'optOut', 'handsetStart', 'crmAttested', 'handsetKeyword'] as const;
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        registry.record(newEventOf(number, kinds[i % kinds.length] ?? 'optOut')),
      ),
    );
    const events = await registry.events(number);
    expect(events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(await registry.verify(number)).toBeUndefined();
    expect(await registry.read(number)).toEqual(fold(number, events));
  });

  it('X3 a STOP racing an earlier START ends opted out, in either order of writing', async () => {
    const start = new Date(Date.now() - 2000).toISOString();
    const stop = new Date(Date.now() - 1000).toISOString();
    const races = Array.from({ length: 10 }, async () => {
      const number = freshNumber();
      await Promise.all([
        registry.record(newEventOf(number, 'handsetStart', { occurredAt: start })),
        registry.record(newEventOf(number, 'optOut', { occurredAt: stop })),
      ]);
      expect((await registry.read(number)).status).toBe('opted_out');
      expect(await registry.verify(number)).toBeUndefined();
    });
    await Promise.all(races);
  });

  it('keeps what a person wrote though it is half a character, and the chain holds', async () => {
    const number = freshNumber();
    const evidence = handset('STOP \ud83d', true);
    const { event } = await registry.record(newEventOf(number, 'optOut', { evidence, sourceId: 'SM\ud83d' }));
    expect(event.evidence).toMatchObject({ wordsSent: 'STOP \ufffd' });
    expect(await registry.verify(number)).toBeUndefined();
  });

  it('refuses a moment that is none, and nothing is written', async () => {
    const number = freshNumber();
    await expect(
      registry.record(newEventOf(number, 'explicitWeb', { occurredAt: 'yesterday' })),
    ).rejects.toThrow();
    expect(await registry.events(number)).toEqual([]);
  });
});

describe('verify', () => {
  it.each([
    ['occurredAt', '2020-01-01T00:00:00.000Z'],
    ['sourceId', 'another'],
    ['evidence', handset('GO', true)],
    ['after', 'opted_in'],
    ['kind', 'notAnEvent'],
  ])('X2 finds that %s of a stored event was altered', async (field, value) => {
    const number = await numberWithHistory();
    await alter(number, 2, field, value);
    expect(await registry.verify(number)).toEqual({ sequence: 2, fault: 'altered' });
  });

  it.each([
    ['status', 'opted_out'],
    ['carrierBlocked', true],
    ['lastOptOutAt', '2020-01-01T00:00:00.000Z'],
    ['status', 'whatever'],
    ['number', '+13035559999'],
  ])('X2 finds that %s of the stored state was altered to %s', async (field, value) => {
    const number = await numberWithHistory();
    await alter(number, 0, field, value);
    expect(await registry.verify(number)).toMatchObject({ fault: 'stateDiffers' });
  });

  it.each([1, 2, 3])('X2 finds that event %i of three was deleted', async (sequence) => {
    const number = await numberWithHistory();
    const Key = eventKey(number, sequence);
    await tables.client.send(new DeleteCommand({ TableName: tables.consentTable, Key }));
    expect(await registry.verify(number)).toEqual({ sequence, fault: 'missing' });
  });

  it('X2 finds that the state was deleted', async () => {
    const number = await numberWithHistory();
    await tables.client.send(new DeleteCommand({ TableName: tables.consentTable, Key: stateKey(number) }));
    expect(await registry.verify(number)).toMatchObject({ fault: 'stateDiffers' });
  });

  it("X2 finds that a number was given another number's whole ledger", async () => {
    const [rich, poor] = [await numberWithHistory(), freshNumber()];
    const { Items = [] } = await tables.client.send(new ScanCommand({ TableName: tables.consentTable }));
    for (const item of Items.filter(({ pk }) => pk === stateKey(rich).pk)) {
      const Item = { ...item, pk: stateKey(poor).pk };
      await tables.client.send(new PutCommand({ TableName: tables.consentTable, Item }));
    }
    expect(await registry.verify(poor)).toBeDefined();
  });
});
