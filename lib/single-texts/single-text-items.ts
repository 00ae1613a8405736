import type { Item, Key } from '../runtime/dynamodb.ts';
import { putOverVersion } from '../runtime/item-conditions.ts';
import { placeInWorkIndex } from '../tables/pending.ts';
import { type SingleText, type SingleTextRef, singleTextSchema } from './single-text.ts';

/** Begin the keys of a single text, which is beside the number's conversation. No other file spells the keys of single texts. */
const PARTITION = 'NUMBER#';
const PREFIX = 'SINGLE_TEXT#';

/** Key of a single text in the outreach table. */
export const singleTextKey = ({ number, id }: SingleTextRef): Key => ({
  pk: `${PARTITION}${number}`,
  sk: `${PREFIX}${id}`,
});
/** Selects all single texts of a number, for `readPartition`. */
export const singleTextRange = (number: string) => ({ pk: `${PARTITION}${number}`, prefix: PREFIX });

/** Returns the stored form of a single text, with its place in the due index or the waiting index (X4). */
export function singleTextItem(text: SingleText) {
  const { number, id } = text;
  const place = { kind: 'singleText', owner: number, id };
  return { ...singleTextKey(text), ...text, ...placeInWorkIndex(text, place) };
}

/** Puts a single text over the version it came from; version 1 where there is none yet. */
export const putSingleText = (table: string, text: SingleText) => putOverVersion(table, singleTextItem(text));

/** Parses a stored single text. @throws ZodError on a malformed item. */
export function parseSingleText(item: Item): SingleText {
  return singleTextSchema.parse(item);
}

/** Reads the reference to a single text from an entry of the work index; undefined for an entry of another kind. */
export function singleTextRefOfKey(key: Item): SingleTextRef | undefined {
  const sk = String(key['sk']);
  if (!sk.startsWith(PREFIX)) return undefined;
  return { number: String(key['pk']).slice(PARTITION.length), id: sk.slice(PREFIX.length) };
}
