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

/** The stored data of a number that recording an event needs. It may be stale; the event's write conditions catch that. */
export interface RegistrySnapshot {
  readonly state: ConsentState;
  readonly listing: ListEntry | undefined;
  /** Sequence of the source event in the ledger, if it was recorded before. */
  readonly sequence: number | undefined;
}

/** Most snapshots that one request reads: each takes two keys, the state and the source marker. */
export const SNAPSHOTS_PER_READ = KEYS_PER_READ / 2;

/** Reads a number's state, strongly consistent. @throws ZodError when the stored state is malformed. */
export async function readState(deps: TableDeps, number: string): Promise<ConsentState> {
  return parseState(await readItem(deps, stateKey(number)), number);
}

/** Reads the states of many numbers, strongly consistent. @returns number to state, for every number. */
export async function readStates(
  { client, table }: TableDeps,
  numbers: readonly string[],
): Promise<Map<string, ConsentState>> {
  const items = await readManyConsistently(client, table, numbers.map(stateKey));
  const byNumber = new Map(items.map((item) => [String(item['number']), item]));
  return new Map(numbers.map((number) => [number, parseState(byNumber.get(number), number)]));
}

/** Reads every event of a number, in the order of their sequence. */
export async function readEvents(deps: TableDeps, number: string): Promise<ConsentEvent[]> {
  return (await readEventItems(deps, number)).map(parseEvent);
}

function readEventItems({ client, table }: TableDeps, number: string): Promise<Item[]> {
  return readPartition(client, table, eventRange(number));
}

/**
 * Reads and verifies a number's state and events of one moment (X2). Reads the state before and after the events, and again
 * until both versions are the same.
 *
 * @throws Error when other writers were first at every attempt.
 */
export function auditNumber(deps: TableDeps, number: string): Promise<Audit> {
  return retryLost('The audit of a number', async () => {
    const before = await readItem(deps, stateKey(number));
    const items = await readEventItems(deps, number);
    const after = await readItem(deps, stateKey(number));
    return before?.['version'] === after?.['version'] ? auditItems(items, after, number) : LOST;
  });
}

/** Reads the snapshot for recording one event, strongly consistent. */
export async function loadSnapshot(
  deps: TableDeps,
  of: Pick<NewConsentEvent, 'number' | 'sourceId'>,
): Promise<RegistrySnapshot> {
  const [snapshot] = await loadSnapshots(deps, [of]);
  return snapshot as RegistrySnapshot;
}

/** Reads the snapshots for many events in one request. @param of at most `SNAPSHOTS_PER_READ`. @returns in the order of `of`. */
export async function loadSnapshots(
  { client, table }: TableDeps,
  of: readonly Pick<NewConsentEvent, 'number' | 'sourceId'>[],
): Promise<RegistrySnapshot[]> {
  const keys = of.map(({ number, sourceId }) => [stateKey(number), sourceKey(number, sourceId)] as const);
  const items = (await readConsistently(client, { [table]: keys.flat() }))[table] ?? [];
  const byKey = new Map(items.map((item) => [`${item['pk']} ${item['sk']}`, item]));
  const itemAt = ({ pk, sk }: Key) => byKey.get(`${pk} ${sk}`);
  return of.map(({ number }, index) => {
    const [itsStateKey, markerKey] = keys[index] as (typeof keys)[number];
    const state = itemAt(itsStateKey);
    const marker = itemAt(markerKey);
    return {
      state: parseState(state, number),
      listing: parseListing(state),
      sequence: marker && sourceMarkerSchema.parse(marker).sequence,
    };
  });
}
