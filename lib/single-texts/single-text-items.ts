import type { Item, Key } from '../runtime/dynamodb.ts';
import { dueWork, shardOf, waitingOrder, waitingWork } from '../tables/outreach.ts';
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
export function singleTextItem(text: SingleText): Item {
  return { ...singleTextKey(text), ...text, ...placeInIndex(text) };
}

function placeInIndex({ status, number, id, dueAt, waitsUntil }: SingleText): Item {
  switch (status) {
    case 'due':
      return { work: dueWork('singleText', shardOf(number)), workOrder: dueAt };
    case 'waiting':
      return { work: waitingWork(shardOf(number)), workOrder: waitingOrder(`${number}#${id}`, waitsUntil) };
    case 'ended':
      return {};
  }
}

/** Puts a single text over the version it came from, or where there is none yet. */
export function putSingleText(table: string, text: SingleText) {
  const put = { TableName: table, Item: singleTextItem(text) };
  if (text.version === 1) return { ...put, ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ...put,
    ConditionExpression: '#version = :before',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':before': text.version - 1 },
  };
}

export function parseSingleText(item: Item): SingleText {
  return singleTextSchema.parse(item);
}

/** Reads back which single text an entry of the work index is, or undefined when it is something else. */
export function singleTextRefOfKey(key: Item): SingleTextRef | undefined {
  const sk = String(key['sk']);
  if (!sk.startsWith(PREFIX)) return undefined;
  return { number: String(key['pk']).slice(PARTITION.length), id: sk.slice(PREFIX.length) };
}
