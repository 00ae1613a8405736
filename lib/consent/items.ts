import * as z from 'zod';
import type { Item, Key, TransactItem } from '../runtime/dynamodb.ts';
import { type ConsentEvent, consentEventSchema } from './event.ts';
import { sha256 } from './ledger.ts';
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

export const eventRange = (number: string) => ({ pk: partition(number), prefix: EVENT_PREFIX });

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
