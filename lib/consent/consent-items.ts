import * as z from 'zod';
import type { Item, Key, TransactItem } from '../runtime/dynamodb.ts';
import { sha256 } from '../runtime/sha256.ts';
import { type ConsentEvent, consentEventSchema } from './consent-event.ts';
import { type KeywordOptIn, keywordOptInSchema } from './keyword-opt-in.ts';

import { type ListEntry, listEntrySchema } from './list-entry.ts';
import { type ConsentState, consentStateSchema, initialState } from './state.ts';

/** How the consent registry lies in its table. No other file spells these keys. */
const partition = (number: string) => `NUMBER#${number}`;
/** What the sort key of every event begins with. */
export const EVENT_PREFIX = 'EVENT#';

export const stateKey = (number: string): Key => ({ pk: partition(number), sk: 'STATE' });

export const eventKey = (number: string, sequence: number): Key => ({
  pk: partition(number),
  sk: `${EVENT_PREFIX}${String(sequence).padStart(12, '0')}`,
});

/** Marks a source event as recorded. The id is hashed: some builders' ids are longer than a key may be. */
export const sourceKey = (number: string, sourceId: string): Key => ({
  pk: partition(number),
  sk: `SOURCE#${sha256(sourceId)}`,
});

export const keywordKey = (number: string, word: string): Key => ({
  pk: partition(number),
  sk: `KEYWORD#${word}`,
});

export const eventRange = (number: string) => ({ pk: partition(number), prefix: EVENT_PREFIX });

/**
 * The lists of the registry: secondary indexes over the state items, and one over the opt-ins by keyword. Nothing in a list
 * proves anything; the state and the events do.
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
/** What the indexes carry of a state besides their keys. */
export const LISTED = [
  'number',
  'status',
  'statusBy',
  'optInRequest',
  'carrierBlocked',
  'changedAt',
  'changedBy',
];

/** Begins the order of active, or of ended, opt-ins by a keyword. */
export const keywordOrder = (active: boolean) => (active ? 'holds#' : 'ended#');

/** The stored form of a state, with what it is listed by. */
export function stateItem(state: ConsentState, listing: ListEntry): Item {
  const changeOrder = `${listing.changedAt}#${state.number}`;
  const origin = state.statusBy?.source;
  return { ...stateKey(state.number), ...state, ...listing, changeOrder, origin };
}

/** What a stored number is. */
export function kindOfItem({ sk }: Item): 'state' | 'event' | 'source' | 'keyword' | undefined {
  if (sk === 'STATE') return 'state';
  const prefixes = { [EVENT_PREFIX]: 'event', 'SOURCE#': 'source', 'KEYWORD#': 'keyword' } as const;
  return Object.entries(prefixes).find(([prefix]) => String(sk).startsWith(prefix))?.[1];
}

export const numberOfItem = ({ pk }: Item): string => String(pk).slice(partition('').length);

/** What a stored state is listed by; undefined for a number without events. */
export function parseListing(item: Item | undefined): ListEntry | undefined {
  return item && listEntrySchema.parse(item);
}

export function keywordItem(optIn: KeywordOptIn): Item {
  const order = `${keywordOrder(optIn.active)}${optIn.since}#${optIn.number}`;
  return { ...keywordKey(optIn.number, optIn.word), ...optIn, keywordOrder: order };
}

export function parseKeywordOptIn(item: Item): KeywordOptIn {
  return keywordOptInSchema.parse(item);
}

/** A stored state, or the initial one when the number was never heard of. Throws on an item it cannot read. */
export function parseState(item: Item | undefined, number: string): ConsentState {
  return item === undefined ? initialState(number) : consentStateSchema.parse(item);
}

export function parseEvent(item: Item): ConsentEvent {
  return consentEventSchema.parse(item);
}

/** An event as `verify` sees it: undefined when the item is no event any more. */
export function readableEvent(item: Item): ConsentEvent | undefined {
  return consentEventSchema.safeParse(item).data;
}

/** A state as `verify` sees it: undefined when the item is no state of this number any more. */
export function readableState(item: Item | undefined, number: string): ConsentState | undefined {
  if (item === undefined) return initialState(number);
  const state = consentStateSchema.safeParse(item).data;
  return state?.number === number ? state : undefined;
}

/** The event inside a change of the registry's stream, or undefined for the other items of the table. */
export function eventOfChange(item: Item): ConsentEvent | undefined {
  const key = z.object({ sk: z.string() }).parse(item);
  return key.sk.startsWith(EVENT_PREFIX) ? parseEvent(item) : undefined;
}

export const sourceMarkerSchema = z.object({ sequence: z.int().positive() });

/**
 * The condition that makes a send linearizable with consent: the number's registry stands where it stood when
 * the decision was made.
 *
 * @param version of the state that was decided on; 0 when there was none.
 */
export function consentUnchanged(table: string, number: string, version: number): TransactItem {
  const check = { TableName: table, Key: stateKey(number) };
  if (version === 0) return { ConditionCheck: { ...check, ConditionExpression: 'attribute_not_exists(pk)' } };
  return {
    ConditionCheck: {
      ...check,
      ConditionExpression: '#version = :version',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':version': version },
    },
  };
}
