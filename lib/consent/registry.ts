import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import {
  cancellationCodes,
  type Item,
  type Key,
  pauseBeforeRetry,
  readConsistently,
  readManyConsistently,
  readPartition,
  type TransactItem,
} from '../runtime/dynamodb.ts';
import { type Audit, auditItems } from './audit.ts';
import { type ConsentEvent, evidenceSchema, isDocumented, type NewConsentEvent } from './consent-event.ts';
import {
  eventKey,
  eventRange,
  keywordItem,
  keywordKey,
  parseEvent,
  parseKeywordOptIn,
  parseListing,
  parseState,
  sourceKey,
  sourceMarkerSchema,
  stateItem,
  stateKey,
} from './consent-items.ts';
import { changedKeywords, type KeywordOptIn, keywordOptInAfter } from './keyword-opt-in.ts';
import { appendEvent, type ChainFault } from './ledger.ts';
import { type ListEntry, listEntryAfter } from './list-entry.ts';
import type { ConsentState } from './state.ts';

export interface ConsentRegistryDeps {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly now: () => Date;
}

export interface Recorded {
  /** `duplicate`: this source event was in the ledger already; `event` is the one recorded then. */
  readonly outcome: 'recorded' | 'duplicate';
  readonly event: ConsentEvent;
  readonly state: ConsentState;
}

/** What an event is decided on. */
export interface RegistrySnapshot {
  readonly state: ConsentState;
  readonly listing: ListEntry | undefined;
  /** Where the source event stands in the ledger, if it was recorded before. */
  readonly sequence: number | undefined;
}

/** A transaction takes 100 actions; event, state and marker are three. */
const KEYWORDS_PER_TRANSACTION = 97;

/** An event that is not written yet. */
export interface PreparedEvent {
  readonly event: ConsentEvent;
  readonly state: ConsentState;
  /** What must be written in one transaction. */
  readonly writes: readonly TransactItem[];
}

/** More simultaneous writers to one number than this are a fault, not a race. */
const ATTEMPTS = 12;

/** The consent registry: the only code that touches the consent table. */
export interface ConsentRegistry {
  /**
   * Adds one event to a number's ledger and moves its state, in one transaction. The same source event twice
   * is one event.
   *
   * @param before what `loadSnapshot` answered; without it, it is read now.
   * @throws Error when the occurrence is malformed, or the number is written to without end.
   */
  record(newEvent: NewConsentEvent, before?: RegistrySnapshot): Promise<Recorded>;
  /**
   * What stands of a number before an event is recorded, for whoever has something else to read at the same time. Nothing
   * rests on it being current: where it is not, the event's own conditions fail and it is read again.
   */
  loadSnapshot(of: Pick<NewConsentEvent, 'number' | 'sourceId'>): Promise<RegistrySnapshot>;
  /** The same of many events, in one request. @param of at most 50. @returns in their order. */
  loadSnapshots(of: readonly Pick<NewConsentEvent, 'number' | 'sourceId'>[]): Promise<RegistrySnapshot[]>;
  /**
   * The writes that add one event to a number's ledger, for whoever must write more in the same transaction. They fail
   * when the state has moved on, or the source event is known.
   *
   * @param state of the number, as it was decided on. @param occurrence one that changes it.
   */
  prepare(state: ConsentState, newEvent: NewConsentEvent): Promise<PreparedEvent>;
  /** The number's state now, strongly consistent. */
  read(number: string): Promise<ConsentState>;
  /** The states of many numbers now, strongly consistent. @param numbers at most 100. */
  readMany(numbers: readonly string[]): Promise<Map<string, ConsentState>>;
  /** Every event of the number, oldest first. */
  events(number: string): Promise<ConsentEvent[]>;
  /** Recomputes the number's chain (X2). Undefined when nothing was altered. */
  verify(number: string): Promise<ChainFault | undefined>;
  /** State, events and verification of the same moment: what a certificate is made of (X2). */
  audit(number: string): Promise<Audit>;
}

export function createConsentRegistry(deps: ConsentRegistryDeps): ConsentRegistry {
  return {
    record: (newEvent, before) => record(deps, newEvent, before),
    loadSnapshot: (of) => loadSnapshot(deps, of),
    loadSnapshots: (of) => loadSnapshots(deps, of),
    prepare: (state, newEvent) => prepare(deps, state, undefined, checked(newEvent)),
    read: (number) => read(deps, number),
    readMany: (numbers) => readMany(deps, numbers),
    events: (number) => events(deps, number),
    verify: async (number) => (await audit(deps, number)).fault,
    audit: (number) => audit(deps, number),
  };
}

async function read(deps: ConsentRegistryDeps, number: string): Promise<ConsentState> {
  return parseState(await stateItemOf(deps, number), number);
}

async function stateItemOf(
  { client, table }: ConsentRegistryDeps,
  number: string,
): Promise<Item | undefined> {
  const answer = await client.send(
    new GetCommand({ TableName: table, Key: stateKey(number), ConsistentRead: true }),
  );
  return answer.Item;
}

async function readMany(
  { client, table }: ConsentRegistryDeps,
  numbers: readonly string[],
): Promise<Map<string, ConsentState>> {
  const found = await readConsistently(client, { [table]: numbers.map(stateKey) });
  const items = new Map((found[table] ?? []).map((item) => [String(item['number']), item]));
  return new Map(numbers.map((number) => [number, parseState(items.get(number), number)]));
}

async function events(deps: ConsentRegistryDeps, number: string): Promise<ConsentEvent[]> {
  return (await eventItems(deps, number)).map(parseEvent);
}

async function eventItems({ client, table }: ConsentRegistryDeps, number: string): Promise<Item[]> {
  return readPartition(client, table, eventRange(number));
}

async function audit(deps: ConsentRegistryDeps, number: string): Promise<Audit> {
  for (let attempt = 0; ; attempt++) {
    const before = await stateItemOf(deps, number);
    const items = await eventItems(deps, number);
    const after = await stateItemOf(deps, number);
    if (before?.['version'] === after?.['version']) return auditItems(items, after, number);
    if (attempt === ATTEMPTS) throw new Error('The consent of one number never stood still to be verified');
  }
}

async function record(
  deps: ConsentRegistryDeps,
  given: NewConsentEvent,
  before: RegistrySnapshot | undefined,
): Promise<Recorded> {
  const newEvent = checked(given);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await pauseBeforeRetry(attempt);
    const known = attempt === 0 ? before : undefined;
    const { state, listing, sequence } = known ?? (await loadSnapshot(deps, newEvent));
    if (sequence !== undefined) {
      return { outcome: 'duplicate', event: await readEvent(deps, newEvent.number, sequence), state };
    }
    const next = await prepare(deps, state, listing, newEvent);
    if (await write(deps, next)) return { outcome: 'recorded', event: next.event, state: next.state };
  }
  throw new Error(`The consent of one number changed ${ATTEMPTS} times while an event was being recorded`);
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

async function loadSnapshot(
  deps: ConsentRegistryDeps,
  of: Pick<NewConsentEvent, 'number' | 'sourceId'>,
): Promise<RegistrySnapshot> {
  const [before] = await loadSnapshots(deps, [of]);
  return before as RegistrySnapshot;
}

async function loadSnapshots(
  { client, table }: ConsentRegistryDeps,
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

async function readEvent(deps: ConsentRegistryDeps, number: string, sequence: number): Promise<ConsentEvent> {
  const answer = await deps.client.send(
    new GetCommand({ TableName: deps.table, Key: eventKey(number, sequence), ConsistentRead: true }),
  );
  return parseEvent(answer.Item as Item);
}

/** Event n + 1 if absent, the state if it is still at n, the source's marker if absent, and the keywords that it moved. */
async function prepare(
  deps: ConsentRegistryDeps,
  before: ConsentState,
  listing: ListEntry | undefined,
  newEvent: NewConsentEvent,
): Promise<PreparedEvent & { readonly later: readonly Item[] }> {
  const { table } = deps;
  const { event, state } = appendEvent(before, newEvent, deps.now().toISOString());
  const absent = { TableName: table, ConditionExpression: 'attribute_not_exists(pk)' };
  const unchanged =
    before.version === 0
      ? absent
      : {
          TableName: table,
          ConditionExpression: '#version = :before',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':before': before.version },
        };
  const { number, sequence, sourceId } = event;
  const keywords = await keywordItems(deps, before, event, state);
  const writes = [
    { Put: { ...absent, Item: { ...eventKey(number, sequence), ...event } } },
    { Put: { ...unchanged, Item: stateItem(state, listEntryAfter(listing, event)) } },
    { Put: { ...absent, Item: { ...sourceKey(number, sourceId), sequence } } },
    ...keywords.slice(0, KEYWORDS_PER_TRANSACTION).map((Item) => ({ Put: { TableName: table, Item } })),
  ];
  return { event, state, writes, later: keywords.slice(KEYWORDS_PER_TRANSACTION) };
}

/** @returns false when another writer was first: the caller reads again and applies anew. */
async function write(
  { client, table }: ConsentRegistryDeps,
  { writes, later }: Awaited<ReturnType<typeof prepare>>,
): Promise<boolean> {
  try {
    await client.send(new TransactWriteCommand({ TransactItems: [...writes] }));
  } catch (error) {
    if (cancellationCodes(error) === undefined) throw error;
    return false;
  }
  // A STOP is never too large to be written: what a list says of further keywords follows it.
  for (const item of later) {
    await client.send(new PutCommand({ TableName: table, Item: item }));
  }
  return true;
}

/** The opt-ins by keyword that an event began or ended, to be stored with it (T2, T4). */
async function keywordItems(
  { client, table }: ConsentRegistryDeps,
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
