import * as z from 'zod';
import type { Item } from '../../lib/runtime/dynamodb.ts';
import { invalid } from './route.ts';

/** The keys of an item and of the index it was found in: all that a cursor may hold. */
const keySchema = z.strictObject({
  pk: z.string(),
  sk: z.string(),
  collection: z.string(),
  collectionOrder: z.string(),
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
  throw invalid('cursor', 'Use the value of `next` from the page before, or none for the first page.');
}
