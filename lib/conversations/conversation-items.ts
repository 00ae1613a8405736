import type { Item, Key } from '../runtime/dynamodb.ts';
import { checkVersion, putOverVersion } from '../runtime/item-conditions.ts';
import { shardAmong } from '../tables/outreach.ts';
import { type Conversation, conversationSchema, emptyConversation } from './conversation.ts';

/** Begins the partition key of a conversation. No other file spells the keys of conversations. */
const PARTITION = 'NUMBER#';
/**
 * Shards of the list of all conversations. Every text moves its conversation to the top of its shard. That takes two of the
 * 1,000 write units a second of a partition, so three shards carry 1,500 texts a second. A page of the inbox queries every
 * shard. A constant of the data: changing it needs a migration.
 */
export const CONVERSATION_SHARDS = 3;
const conversationList = (shard: number) => `CONVERSATIONS#${shard}`;
/** Partitions of the collection index that list every conversation with a text, by its last text. A number has one shard. */
export const conversationLists = Array.from({ length: CONVERSATION_SHARDS }, (_, shard) =>
  conversationList(shard),
);
/** Matches a place in that list, a conversation's `collectionOrder`: moment of the last text, then the number. */
export const conversationPlace = /^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z#.{1,64}$/;
/** Partition of the work index that lists a project's conversations, by their last text (B5). */
export const projectWork = (project: string) => `PROJECT#${project}`;
/** Partition of the work index that lists the reviews, by the moment since when they wait (X7). */
export const REVIEWS = 'REVIEWS';

/** Key of a number's conversation. */
export const conversationKey = (number: string): Key => ({
  pk: `${PARTITION}${number}`,
  sk: 'CONVERSATION',
});
const reviewKey = (number: string): Key => ({ pk: `${PARTITION}${number}`, sk: 'REVIEW' });

/** Returns the number, E.164, of a conversation's or review's key. */
export const numberOfConversationKey = (key: Item): string => String(key['pk']).slice(PARTITION.length);

function conversationItem(conversation: Conversation) {
  const { number, lastAt, lastWords, project } = conversation;
  const order = `${lastAt}#${number}`;
  return {
    ...conversationKey(number),
    ...conversation,
    // A conversation without a text is in no list.
    ...(lastWords !== '' && {
      collection: conversationList(shardAmong(number, CONVERSATION_SHARDS)),
      collectionOrder: order,
    }),
    ...(project !== undefined && { work: projectWork(project), workOrder: order }),
  };
}

/** Parses a stored conversation; an empty one when there is no item. @throws ZodError on a malformed item. */
export function parseConversation(item: Item | undefined, number: string, now: Date): Conversation {
  return item === undefined ? emptyConversation(number, now) : conversationSchema.parse(item);
}

/** Puts a conversation over the version it came from. */
export const putConversation = (table: string, conversation: Conversation) =>
  putOverVersion(table, conversationItem(conversation));

/** Checks in a transaction that a conversation has not changed since a decision was made on it. */
export const conversationUnchanged = (table: string, { number, version }: Conversation) =>
  checkVersion(table, conversationKey(number), version);

/** Puts a conversation's review item: with a place in the list of reviews, or without one once it is decided. */
export function putReview(table: string, conversation: Conversation) {
  const { number, review } = conversation;
  const place = review && { work: REVIEWS, workOrder: `${review.since}#${number}` };
  return { TableName: table, Item: { ...reviewKey(number), number, ...place } };
}
