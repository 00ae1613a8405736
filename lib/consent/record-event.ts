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
  /** `duplicate`: the ledger had this source event already; `event` is the entry recorded then. */
  readonly outcome: 'recorded' | 'duplicate';
  readonly event: ConsentEvent;
  readonly state: ConsentState;
}

/** An event that is not written yet, with the writes that add it to the ledger. */
export interface PreparedEvent {
  readonly event: ConsentEvent;
  readonly state: ConsentState;
  /** To be written in one transaction. */
  readonly writes: readonly TransactItem[];
}

/** Most keywords that one transaction changes. Event, state and source marker are its three other actions. */
const KEYWORDS_PER_TRANSACTION = ACTIONS_PER_TRANSACTION - 3;

/**
 * Adds one event to a number's ledger and moves its state, in one transaction (X2). Records a source event once, even if it
 * comes more often.
 *
 * @param before the number's snapshot; read now when absent.
 * @throws Error when the event is malformed, an opt-in is undocumented (S6), or other writers were first at every attempt.
 */
export async function recordEvent(
  deps: ClockedTableDeps,
  unchecked: NewConsentEvent,
  before: RegistrySnapshot | undefined,
): Promise<Recorded> {
  const newEvent = checkNewEvent(unchecked);
  return retryLost('The consent of a number', async (round) => {
    const snapshot = (round === 0 && before) || (await loadSnapshot(deps, newEvent));
    const { state, listing, sequence } = snapshot;
    if (sequence !== undefined) {
      return { outcome: 'duplicate', event: await readEvent(deps, newEvent.number, sequence), state };
    }
    const prepared = await prepareWrites(deps, state, listing, newEvent);
    const { event, state: after } = prepared;
    return (await writeEvent(deps, prepared)) ? { outcome: 'recorded', event, state: after } : LOST;
  });
}

/** Prepares the writes that add one event to a number's ledger, as `ConsentRegistry.prepare` says. */
export async function prepareEvent(
  deps: ClockedTableDeps,
  state: ConsentState,
  newEvent: NewConsentEvent,
): Promise<PreparedEvent> {
  return prepareWrites(deps, state, undefined, checkNewEvent(newEvent));
}

/** Checks and normalizes a new event. @throws Error when it is malformed, or an entered opt-in is not documented (S6). */
function checkNewEvent(newEvent: NewConsentEvent): NewConsentEvent {
  if (newEvent.kind === 'manualOptIn' && !isDocumented(newEvent.evidence)) {
    throw new Error('An opt-in that was entered or imported needs a proof and the words agreed to (S6)');
  }
  return {
    ...newEvent,
    evidence: evidenceSchema.parse(replaceLoneSurrogates(newEvent.evidence)),
    sourceId: newEvent.sourceId.toWellFormed(),
    occurredAt: new Date(newEvent.occurredAt).toISOString(),
  };
}

/** Replaces each lone surrogate, which can be neither hashed nor stored, by the replacement character. */
function replaceLoneSurrogates(evidence: NewConsentEvent['evidence']): Item {
  const fields = Object.entries(evidence);
  return Object.fromEntries(
    fields.map(([name, value]) => [name, typeof value === 'string' ? value.toWellFormed() : value]),
  );
}

async function readEvent(deps: TableDeps, number: string, sequence: number): Promise<ConsentEvent> {
  return parseEvent((await readItem(deps, eventKey(number, sequence))) as Item);
}

/**
 * Prepares the writes of one event: event n + 1 if absent, the state if it is still at n, the source marker if absent, and the
 * keywords that the event changes.
 */
async function prepareWrites(
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

/** Writes a prepared event. @returns false when another writer was first. */
async function writeEvent(
  { client, table }: TableDeps,
  { writes, later }: Awaited<ReturnType<typeof prepareWrites>>,
): Promise<boolean> {
  if (await transact(client, writes)) return false;
  // A STOP must never be too large for a transaction, so the list entries of further keywords are written after it.
  for (const item of later) {
    await client.send(new PutCommand({ TableName: table, Item: item }));
  }
  return true;
}

/** Builds the items of the opt-ins by keyword that an event begins or ends (T2, T4). */
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
