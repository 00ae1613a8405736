import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Item } from '../runtime/dynamodb.ts';
import { invalidField } from './route.ts';

/** A cursor of the collection index: the keys of the last item of a page. */
const keySchema = z.strictObject({
  pk: z.string(),
  sk: z.string(),
  collection: z.string(),
  collectionOrder: z.string(),
});

/** A cursor of the work index. */
const workKeySchema = z.strictObject({
  pk: z.string(),
  sk: z.string(),
  work: z.string(),
  workOrder: z.string(),
});

/** Writes the place of the next page as an opaque text. @returns null after the last page. */
export function encodeCursor(key: Item | undefined): string | null {
  return key ? Buffer.from(JSON.stringify(key)).toString('base64url') : null;
}

/**
 * Reads a cursor of the collection index.
 *
 * @param collection the list that is being paged; a cursor of another list is refused.
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

/** Reads a cursor of the work index. @throws RequestProblem 422 as `decodeCursor` does. */
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

/** A cursor of a filtered list: the place to go on from, and a digest of the list and filter. */
const placeSchema = z.strictObject({ of: z.string(), after: z.string() });

function digest(list: string, filter: object): string {
  const entries = Object.entries(filter).filter(([, value]) => value !== undefined);
  return createHash('sha256')
    .update(JSON.stringify([list, entries.sort()]))
    .digest('base64url')
    .slice(0, 16);
}

/** Decides whether DynamoDB accepts a text as a sort key. */
function isSortKey(text: string): boolean {
  return text !== '' && Buffer.byteLength(text) <= 1024;
}

/** Writes the place of a filtered list's next page as an opaque text. @returns null after the last page. */
export function encodeFilterCursor(list: string, filter: object, after: string | undefined): string | null {
  if (after === undefined) return null;
  return Buffer.from(JSON.stringify({ of: digest(list, filter), after })).toString('base64url');
}

/**
 * Reads a cursor of a filtered list.
 *
 * @param isPlace decides whether a text can be a place in that list, because the caller's text goes into a query. The default accepts
 *   every sort key of DynamoDB.
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
