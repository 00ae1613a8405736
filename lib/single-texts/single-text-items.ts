import type { Item, Key } from '../runtime/dynamodb.ts';
import { putOverVersion } from '../runtime/item-conditions.ts';
import { placeInWorkIndex } from '../tables/pending.ts';
import { type SingleText, type SingleTextRef, singleTextSchema } from './single-text.ts';

/** How single texts lie in the outreach table, beside the number's conversation. No other file spells these keys. */
const PARTITION = 'NUMBER#';
const PREFIX = 'SINGLE_TEXT#';

export const singleTextKey = ({ number, id }: SingleTextRef): Key => ({
  pk: `${PARTITION}${number}`,
  sk: `${PREFIX}${id}`,
});
export const singleTextRange = (number: string) => ({ pk: `${PARTITION}${number}`, prefix: PREFIX });

/** The stored form: one that can go stands in the due index, one that waits in the waiting index. */
export function singleTextItem(text: SingleText) {
  const { number, id } = text;
  const place = { kind: 'singleText', owner: number, id };
  return { ...singleTextKey(text), ...text, ...placeInWorkIndex(text, place) };
}

/** Puts a single text over the version it came from, or where there is none yet. */
export const putSingleText = (table: string, text: SingleText) => putOverVersion(table, singleTextItem(text));

export function parseSingleText(item: Item): SingleText {
  return singleTextSchema.parse(item);
}

/** Reads back which single text an entry of the work index is, or undefined when it is something else. */
export function singleTextRefOfKey(key: Item): SingleTextRef | undefined {
  const sk = String(key['sk']);
  if (!sk.startsWith(PREFIX)) return undefined;
  return { number: String(key['pk']).slice(PARTITION.length), id: sk.slice(PREFIX.length) };
}
