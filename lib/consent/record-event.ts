import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { LOST, retryLost } from '../runtime/change-versioned.ts';
import { transact } from '../runtime/conditional-writes.ts';
import {
  ACTIONS_PER_TRANSACTION,
  type ClockedTableDeps,
  type Item,
  readItem,
  readManyConsistently,
  type TableDeps,
  type TransactItem,
} from '../runtime/dynamodb.ts';
import { putIfAbsent, putOverVersion } from '../runtime/item-conditions.ts';
import { type ConsentEvent, evidenceSchema, isDocumented, type NewConsentEvent } from './consent-event.ts';
import {
  eventKey,
  keywordItem,
  keywordKey,
  parseEvent,
  parseKeywordOptIn,
  sourceKey,
  stateItem,
} from './consent-items.ts';
import { changedKeywords, type KeywordOptIn, keywordOptInAfter } from './keyword-opt-in.ts';
import { appendEvent } from './ledger.ts';
import { type ListEntry, listEntryAfter } from './list-entry.ts';
import { loadSnapshot, type RegistrySnapshot } from './read-registry.ts';
import type { ConsentState } from './state.ts';

export interface Recorded {
  /** `duplicate`: this source event was in the ledger already; `event` is the one recorded then. */
  readonly outcome: 'recorded' | 'duplicate';
  readonly event: ConsentEvent;
  readonly state: ConsentState;
}

/** An event that is not written yet. */
export interface PreparedEvent {
  readonly event: ConsentEvent;
  readonly state: ConsentState;
  /** What must be written in one transaction. */
  readonly writes: readonly TransactItem[];
}

/** Event, state and marker are three actions of the transaction; the rest is for keywords. */
const KEYWORDS_PER_TRANSACTION = ACTIONS_PER_TRANSACTION - 3;

/**
 * Adds one event to a number's ledger and moves its state, in one transaction; once, however often the source event comes.
 *
 * @param before the number's snapshot; without it, it is read now.
 * @throws Error when the event is malformed, or the number is written to without end.
 */
export async function recordEvent(
  deps: ClockedTableDeps,
  given: NewConsentEvent,
  before: RegistrySnapshot | undefined,
): Promise<Recorded> {
  const newEvent = checked(given);
  return retryLost('The consent of a number', async (round) => {
    const known = round === 0 ? before : undefined;
    const { state, listing, sequence } = known ?? (await loadSnapshot(deps, newEvent));
    if (sequence !== undefined) {
      return { outcome: 'duplicate', event: await readEvent(deps, newEvent.number, sequence), state };
    }
    const next = await prepare(deps, state, listing, newEvent);
    return (await write(deps, next)) ? { outcome: 'recorded', event: next.event, state: next.state } : LOST;
  });
}

/** Prepares the writes that add one event to a number's ledger, as `ConsentRegistry.prepare` describes it. */
export async function prepareEvent(
  deps: ClockedTableDeps,
  state: ConsentState,
  newEvent: NewConsentEvent,
): Promise<PreparedEvent> {
  return prepare(deps, state, undefined, checked(newEvent));
}

/** @throws Error when the occurrence is malformed. */
function checked(given: NewConsentEvent): NewConsentEvent {
  if (given.kind === 'manualOptIn' && !isDocumented(given.evidence)) {
    throw new Error('An opt-in that was entered or imported needs a proof and the words agreed to (S6)');
  }
  return {
    ...given,
    evidence: evidenceSchema.parse(wellFormed(given.evidence)),
    sourceId: given.sourceId.toWellFormed(),
    occurredAt: new Date(given.occurredAt).toISOString(),
  };
}

/** Half a character (a lone surrogate) can neither be hashed nor stored: it becomes the replacement character. */
function wellFormed(evidence: NewConsentEvent['evidence']): Item {
  const fields = Object.entries(evidence);
  return Object.fromEntries(
    fields.map(([name, value]) => [name, typeof value === 'string' ? value.toWellFormed() : value]),
  );
}

async function readEvent(deps: TableDeps, number: string, sequence: number): Promise<ConsentEvent> {
  return parseEvent((await readItem(deps, eventKey(number, sequence))) as Item);
}

/** Event n + 1 if absent, the state if it is still at n, the source's marker if absent, and the keywords that it moved. */
async function prepare(
  deps: ClockedTableDeps,
  before: ConsentState,
  listing: ListEntry | undefined,
  newEvent: NewConsentEvent,
): Promise<PreparedEvent & { readonly later: readonly Item[] }> {
  const { table } = deps;
  const { event, state } = appendEvent(before, newEvent, deps.now().toISOString());
  const { number, sequence, sourceId } = event;
  const keywords = await keywordItems(deps, before, event, state);
  const writes = [
    { Put: putIfAbsent(table, { ...eventKey(number, sequence), ...event }) },
    { Put: putOverVersion(table, stateItem(state, listEntryAfter(listing, event))) },
    { Put: putIfAbsent(table, { ...sourceKey(number, sourceId), sequence }) },
    ...keywords.slice(0, KEYWORDS_PER_TRANSACTION).map((Item) => ({ Put: { TableName: table, Item } })),
  ];
  return { event, state, writes, later: keywords.slice(KEYWORDS_PER_TRANSACTION) };
}

/** @returns false when another writer was first: the caller reads again and applies the event to what it finds. */
async function write(
  { client, table }: TableDeps,
  { writes, later }: Awaited<ReturnType<typeof prepare>>,
): Promise<boolean> {
  if (await transact(client, writes)) return false;
  // A STOP is never too large to be written: what a list says of further keywords follows it.
  for (const item of later) {
    await client.send(new PutCommand({ TableName: table, Item: item }));
  }
  return true;
}

/** The opt-ins by keyword that an event began or ended, to be stored with it (T2, T4). */
async function keywordItems(
  { client, table }: TableDeps,
  before: ConsentState,
  event: ConsentEvent,
  after: ConsentState,
): Promise<Item[]> {
  const changes = changedKeywords(before, after);
  const ended = changes.filter(({ active }) => !active).map(({ word }) => keywordKey(event.number, word));
  const previous = new Map<string, KeywordOptIn>();
  for (const item of await readManyConsistently(client, table, ended)) {
    previous.set(String(item['word']), parseKeywordOptIn(item));
  }
  return changes.flatMap((change) => {
    const optIn = keywordOptInAfter(previous.get(change.word), change, event);
    return optIn ? [keywordItem(optIn)] : [];
  });
}
