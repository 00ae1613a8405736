import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createBus } from '../../functions/publish-events/bus.ts';
import { publishChanges } from '../../functions/publish-events/publish.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../infra/local/engines.ts';
import { type EventBridgeStandIn, startEventBridge } from '../../infra/local/event-bridge.ts';

let standIn: EventBridgeStandIn;
let client: EventBridgeClient;
beforeAll(async () => {
  standIn = await startEventBridge(['one']);
  client = new EventBridgeClient({
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
    endpoint: standIn.endpoint,
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await standIn.close();
});

const entry = (more: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry => ({
  EventBusName: 'one',
  Source: 'test',
  DetailType: 'test.v1',
  Detail: '{"a":1}',
  ...more,
});
const put = (...entries: PutEventsRequestEntry[]) => client.send(new PutEventsCommand({ Entries: entries }));

test('the stand-in takes what the SDK sends, and shows it', async () => {
  const time = new Date('2026-11-20T15:04:06.000Z');
  const { FailedEntryCount, Entries } = await put(entry({ Time: time }));
  expect(FailedEntryCount).toBe(0);
  expect(Entries?.[0]?.EventId).toMatch(/^[0-9a-f-]{36}$/);
  const shown = await (await fetch(`${standIn.endpoint}/stand-in/events`)).json();
  expect(shown).toMatchObject({ events: [{ detail: { a: 1 }, time: time.toISOString(), bus: 'one' }] });
});

test('the stand-in refuses what EventBridge refuses, as a whole or entry by entry', async () => {
  await expect(put(...Array.from({ length: 11 }, () => entry()))).rejects.toThrow('1 to 10');
  await expect(put(entry({ Detail: JSON.stringify('x'.repeat(257 * 1024)) }))).rejects.toThrow('Total size');
  const { FailedEntryCount, Entries } = await put(
    entry({ Detail: 'no JSON' }),
    entry(),
    entry({ Source: undefined }),
    entry({ EventBusName: 'two' }),
  );
  expect(FailedEntryCount).toBe(3);
  expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
    'MalformedDetail',
    undefined,
    'InvalidArgument',
    'ResourceNotFoundException',
  ]);
});

test('X8 events larger than one request go in several, and refused ones are named by their place', async () => {
  const bus = createBus(client, 'one');
  const events = Array.from({ length: 7 }, (_, index) => ({
    detailType: 'sendgate.text.outcome.v1',
    time: '2026-11-20T15:04:06.000Z',
    detail: { id: `id-${index}`, organization: 'x'.repeat(60_000), number: '+13035550142' },
  }));
  const before = standIn.requests();
  standIn.setFault({ kind: 'entry', containing: 'id-4', times: 1 });
  expect(await bus.put(events)).toEqual([4]);
  expect(standIn.requests() - before).toBe(3);
});

test('X8 a change that cannot be read is reported and stops no other one', async () => {
  const onUnreadable = vi.fn();
  const bus = { put: vi.fn(async () => []) };
  const broken = { pk: 'MESSAGE#m', sk: 'MESSAGE', direction: 'outbound', status: 'nonsense' };
  const text = { ...broken, id: 'm', number: '+13035550142', body: 'Hi', status: 'sent', statusRank: 40 };
  const times = { createdAt: '2026-11-20T15:04:06.000Z', updatedAt: '2026-11-20T15:04:06.000Z' };
  const change = (sequenceNumber: string, after: Record<string, unknown>) =>
    ({ sequenceNumber, table: 'outreach', before: undefined, after }) as const;
  const result = await publishChanges({ bus, organization: 'acme', onUnreadable }, [
    change('1', broken),
    change('2', { ...text, ...times }),
  ]);
  expect(result).toEqual({ published: 1, refused: 0 });
  expect(onUnreadable).toHaveBeenCalledOnce();
});
