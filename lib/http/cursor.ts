import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Item } from '../runtime/dynamodb.ts';
import { invalidField } from './route.ts';

/** The keys of an item and of the index it was found in: all that a cursor may hold. */
const keySchema = z.strictObject({
  pk: z.string(),
  sk: z.string(),
  collection: z.string(),
  collectionOrder: z.string(),
});

const workKeySchema = z.strictObject({
  pk: z.string(),
  sk: z.string(),
  work: z.string(),
  workOrder: z.string(),
});

/** Where the next page begins, as an opaque text; null after the last page. */
export function encodeCursor(key: Item | undefined): string | null {
  return key ? Buffer.from(JSON.stringify(key)).toString('base64url') : null;
}

/**
 * Reads a cursor back.
 *
 * @param collection the list that is being paged: a cursor of another list is refused.
 * @throws RequestProblem 422 for anything that this API did not hand out.
 */
export function decodeCursor(cursor: string | undefined, collection: string): Item | undefined {
  if (cursor === undefined) return undefined;
  try {
    const key = keySchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    if (key.collection === collection) return key;
  } catch {
    // Refused below, like a cursor of another list.
  }
  throw refused();
}

/** The same for a list of the work index. */
export function decodeWorkCursor(cursor: string | undefined, work: string): Item | undefined {
  if (cursor === undefined) return undefined;
  try {
    const key = workKeySchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    if (key.work === work) return key;
  } catch {
    // Refused below, like a cursor of another list.
  }
  throw refused();
}

function refused() {
  return invalidField('cursor', 'Use the value of `next` from the page before, or none for the first page.');
}

/** All that a cursor of a filtered list holds: where to go on, and a digest of the list and filter it belongs to. */
const placeSchema = z.strictObject({ of: z.string(), after: z.string() });

function digest(list: string, filter: object): string {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  return createHash('sha256')
    .update(JSON.stringify([list, given.sort()]))
    .digest('base64url')
    .slice(0, 16);
}

/** What DynamoDB takes as a sort key. */
function isSortKey(text: string): boolean {
  return text !== '' && Buffer.byteLength(text) <= 1024;
}

/** Where the next page of a filtered list begins; null after the last page. */
export function encodeFilterCursor(list: string, filter: object, after: string | undefined): string | null {
  if (after === undefined) return null;
  return Buffer.from(JSON.stringify({ of: digest(list, filter), after })).toString('base64url');
}

/**
 * Reads back where a filtered list goes on.
 *
 * @param isPlace whether a text can be a place in that list: the cursor is the caller's, and goes into a query. By default whether
 *   DynamoDB would take it.
 * @throws RequestProblem 422 for a cursor of another list or of another filter, and for anything else.
 */
export function decodeFilterCursor(
  cursor: string | undefined,
  list: string,
  filter: object,
  isPlace: (text: string) => boolean = isSortKey,
): string | undefined {
  if (cursor === undefined) return undefined;
  try {
    const place = placeSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    if (place.of === digest(list, filter) && isPlace(place.after)) return place.after;
  } catch {
    // Refused below, like a cursor of another filter.
  }
  throw refused();
}
