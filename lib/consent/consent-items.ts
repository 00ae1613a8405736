import * as z from 'zod';
import type { Item, Key, TransactItem } from '../runtime/dynamodb.ts';
import { checkVersion } from '../runtime/item-conditions.ts';
import { sha256 } from '../runtime/sha256.ts';
import { type ConsentEvent, consentEventSchema } from './consent-event.ts';
import { type KeywordOptIn, keywordOptInSchema } from './keyword-opt-in.ts';
import { type ListEntry, listEntrySchema } from './list-entry.ts';
import { type ConsentState, consentStateSchema, initialState } from './state.ts';

/** Partition key of everything stored of a number. No other file spells the keys of the consent table. */
const partition = (number: string) => `NUMBER#${number}`;
/** Begins the sort key of every event. */
export const EVENT_PREFIX = 'EVENT#';

/** Key of a number's state item. */
export const stateKey = (number: string): Key => ({ pk: partition(number), sk: 'STATE' });

/** Key of an event item. @param sequence from 1. */
export const eventKey = (number: string, sequence: number): Key => ({
  pk: partition(number),
  sk: `${EVENT_PREFIX}${String(sequence).padStart(12, '0')}`,
});

/** Key of the marker that a source event is recorded. The id is hashed: some builders' ids are longer than a key may be. */
export const sourceKey = (number: string, sourceId: string): Key => ({
  pk: partition(number),
  sk: `SOURCE#${sha256(sourceId)}`,
});

/** Key of a number's opt-in by a keyword. @param word upper case. */
export const keywordKey = (number: string, word: string): Key => ({
  pk: partition(number),
  sk: `KEYWORD#${word}`,
});

/** Selects all events of a number, for `readPartition`. */
export const eventRange = (number: string) => ({ pk: partition(number), prefix: EVENT_PREFIX });

/**
 * The lists of the registry: secondary indexes over the state items, and one over the opt-ins by keyword. A list is no
 * evidence; the state and the events are.
 */
export const LISTS = {
  /** Numbers of one status, in the order of the numbers. */
  byNumber: { index: 'statusNumber', partition: 'status', order: 'number' },
  /** Numbers of one status, in the order of their last changes. */
  byChange: { index: 'statusChange', partition: 'status', order: 'changeOrder' },
  /** Numbers whose status came from one source, in the order of their last changes. */
  bySource: { index: 'origin', partition: 'origin', order: 'changeOrder' },
  /** Opt-ins by one keyword: those that ended, then the active ones, each in the order of that change. */
  byKeyword: { index: 'keyword', partition: 'word', order: 'keywordOrder' },
} as const;
/** Fields of a state that the indexes hold besides their keys. */
export const LISTED = [
  'number',
  'status',
  'statusBy',
  'optInRequest',
  'carrierBlocked',
  'changedAt',
  'changedBy',
];

/** Begins the sort key of active, or of ended, opt-ins by a keyword. Ended ones sort first. */
export const keywordOrder = (active: boolean) => (active ? 'holds#' : 'ended#');

/** Returns the stored form of a state, with the keys of the lists. */
export function stateItem(state: ConsentState, listing: ListEntry) {
  const changeOrder = `${listing.changedAt}#${state.number}`;
  const origin = state.statusBy?.source;
  return { ...stateKey(state.number), ...state, ...listing, changeOrder, origin };
}

/** Names the kind of a stored item; undefined for an item that is not the registry's. */
export function kindOfItem({ sk }: Item): 'state' | 'event' | 'source' | 'keyword' | undefined {
  if (sk === 'STATE') return 'state';
  const prefixes = { [EVENT_PREFIX]: 'event', 'SOURCE#': 'source', 'KEYWORD#': 'keyword' } as const;
  return Object.entries(prefixes).find(([prefix]) => String(sk).startsWith(prefix))?.[1];
}

/** Returns the number, E.164, that an item belongs to. */
export const numberOfItem = ({ pk }: Item): string => String(pk).slice(partition('').length);

/** Parses the list entry of a stored state; undefined for a number without events. @throws ZodError on a malformed item. */
export function parseListing(item: Item | undefined): ListEntry | undefined {
  return item && listEntrySchema.parse(item);
}

/** Returns the stored form of an opt-in by keyword, with its place in the list. */
export function keywordItem(optIn: KeywordOptIn): Item {
  const order = `${keywordOrder(optIn.active)}${optIn.since}#${optIn.number}`;
  return { ...keywordKey(optIn.number, optIn.word), ...optIn, keywordOrder: order };
}

/** Parses a stored opt-in by keyword. @throws ZodError on a malformed item. */
export function parseKeywordOptIn(item: Item): KeywordOptIn {
  return keywordOptInSchema.parse(item);
}

/** Parses a stored state; the initial state when there is no item. @throws ZodError on a malformed item. */
export function parseState(item: Item | undefined, number: string): ConsentState {
  return item === undefined ? initialState(number) : consentStateSchema.parse(item);
}

/** Parses a stored event. @throws ZodError on a malformed item. */
export function parseEvent(item: Item): ConsentEvent {
  return consentEventSchema.parse(item);
}

/** Parses a stored event for verification (X2). @returns undefined when the item is malformed. */
export function readableEvent(item: Item): ConsentEvent | undefined {
  return consentEventSchema.safeParse(item).data;
}

/** Parses a stored state for verification (X2). @returns undefined when the item is malformed or another number's. */
export function readableState(item: Item | undefined, number: string): ConsentState | undefined {
  if (item === undefined) return initialState(number);
  const state = consentStateSchema.safeParse(item).data;
  return state?.number === number ? state : undefined;
}

/**
 * Parses the event in an item of the registry's stream.
 *
 * @returns undefined for the table's other items. @throws ZodError on a malformed event.
 */
export function eventOfChange(item: Item): ConsentEvent | undefined {
  const key = z.object({ sk: z.string() }).parse(item);
  return key.sk.startsWith(EVENT_PREFIX) ? parseEvent(item) : undefined;
}

/** The marker of a recorded source event. It holds the sequence of its event in the ledger. */
export const sourceMarkerSchema = z.object({ sequence: z.int().positive() });

/**
 * Checks in the send transaction that the number's consent has not changed since the decision (S4, B6). With it, a STOP is
 * either recorded first and stops the text, or recorded after the text was claimed.
 *
 * @param version version of the state that was decided on; 0 when the number had no events.
 */
export function consentUnchanged(table: string, number: string, version: number): TransactItem {
  return { ConditionCheck: checkVersion(table, stateKey(number), version) };
}
