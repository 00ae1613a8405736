import { LOST, retryLost } from '../runtime/change-versioned.ts';
import {
  type Item,
  KEYS_PER_READ,
  type Key,
  readConsistently,
  readItem,
  readManyConsistently,
  readPartition,
  type TableDeps,
} from '../runtime/dynamodb.ts';
import { type Audit, auditItems } from './audit.ts';
import type { ConsentEvent, NewConsentEvent } from './consent-event.ts';
import {
  eventRange,
  parseEvent,
  parseListing,
  parseState,
  sourceKey,
  sourceMarkerSchema,
  stateKey,
} from './consent-items.ts';
import type { ListEntry } from './list-entry.ts';
import type { ConsentState } from './state.ts';

/** What an event is decided on. */
export interface RegistrySnapshot {
  readonly state: ConsentState;
  readonly listing: ListEntry | undefined;
  /** Where the source event stands in the ledger, if it was recorded before. */
  readonly sequence: number | undefined;
}

/** One request takes the snapshots of so many numbers: each has two keys, its state and its source marker. */
export const SNAPSHOTS_PER_READ = KEYS_PER_READ / 2;

/** Reads a number's state, strongly consistent. */
export async function readState(deps: TableDeps, number: string): Promise<ConsentState> {
  return parseState(await readItem(deps, stateKey(number)), number);
}

/** Reads the states of many numbers, strongly consistent. */
export async function readStates(
  { client, table }: TableDeps,
  numbers: readonly string[],
): Promise<Map<string, ConsentState>> {
  const found = await readManyConsistently(client, table, numbers.map(stateKey));
  const items = new Map(found.map((item) => [String(item['number']), item]));
  return new Map(numbers.map((number) => [number, parseState(items.get(number), number)]));
}

/** Reads every event of a number, oldest first. */
export async function readEvents(deps: TableDeps, number: string): Promise<ConsentEvent[]> {
  return (await eventItems(deps, number)).map(parseEvent);
}

function eventItems({ client, table }: TableDeps, number: string): Promise<Item[]> {
  return readPartition(client, table, eventRange(number));
}

/**
 * Reads and verifies a number's state and events of one moment (X2): the state is read before and after the events, until both
 * are the same.
 *
 * @throws Error when the number is written to all the time.
 */
export function auditNumber(deps: TableDeps, number: string): Promise<Audit> {
  return retryLost('The audit of a number', async () => {
    const before = await readItem(deps, stateKey(number));
    const items = await eventItems(deps, number);
    const after = await readItem(deps, stateKey(number));
    return before?.['version'] === after?.['version'] ? auditItems(items, after, number) : LOST;
  });
}

/** Reads what an event of a number is decided on. */
export async function loadSnapshot(
  deps: TableDeps,
  of: Pick<NewConsentEvent, 'number' | 'sourceId'>,
): Promise<RegistrySnapshot> {
  const [snapshot] = await loadSnapshots(deps, [of]);
  return snapshot as RegistrySnapshot;
}

/** The same of many events, in one request and in their order. @param of at most `SNAPSHOTS_PER_READ`. */
export async function loadSnapshots(
  { client, table }: TableDeps,
  of: readonly Pick<NewConsentEvent, 'number' | 'sourceId'>[],
): Promise<RegistrySnapshot[]> {
  const keys = of.map(({ number, sourceId }) => [stateKey(number), sourceKey(number, sourceId)] as const);
  const found = (await readConsistently(client, { [table]: keys.flat() }))[table] ?? [];
  const items = new Map(found.map((item) => [`${item['pk']} ${item['sk']}`, item]));
  const at = ({ pk, sk }: Key) => items.get(`${pk} ${sk}`);
  return of.map(({ number }, index) => {
    const [stateAt, markerAt] = keys[index] as (typeof keys)[number];
    const state = at(stateAt);
    const marker = at(markerAt);
    return {
      state: parseState(state, number),
      listing: parseListing(state),
      sequence: marker && sourceMarkerSchema.parse(marker).sequence,
    };
  });
}
