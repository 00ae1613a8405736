import type { Item, Key } from '../runtime/dynamodb.ts';
import { checkVersion, putOverVersion } from '../runtime/item-conditions.ts';
import { shardAmong } from '../tables/outreach.ts';
import { type Conversation, conversationSchema, noConversation } from './conversation.ts';

/** How conversations lie in the outreach table. No other file spells these keys. */
const PARTITION = 'NUMBER#';
/**
 * Shards of the list of all conversations. Every text moves its conversation to the top of one, which takes two of the 1,000
 * write units a second of a partition: three shards carry 1,500 texts a second. A page of the inbox asks each of
 * them, and three queries are what a first page may cost. A constant of the data: changing it needs a migration.
 */
export const CONVERSATION_SHARDS = 3;
const conversationList = (shard: number) => `CONVERSATIONS#${shard}`;
/** Every conversation that has a text, by its last one, in the shard of its number (collection index). */
export const conversationLists = Array.from({ length: CONVERSATION_SHARDS }, (_, shard) =>
  conversationList(shard),
);
/** A place in that list, as a conversation's `collectionOrder` has it: its last text's moment, then its number. */
export const conversationPlace = /^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z#.{1,64}$/;
/** Those that an agent filed into a project, by their last text (work index). */
export const projectWork = (project: string) => `PROJECT#${project}`;
/** Those that wait for a person's decision, oldest first (work index, beside the conversation). */
export const REVIEWS = 'REVIEWS';

export const conversationKey = (number: string): Key => ({
  pk: `${PARTITION}${number}`,
  sk: 'CONVERSATION',
});
const reviewKey = (number: string): Key => ({ pk: `${PARTITION}${number}`, sk: 'REVIEW' });

export const numberOfConversationKey = (key: Item): string => String(key['pk']).slice(PARTITION.length);

function conversationItem(conversation: Conversation) {
  const { number, lastAt, lastWords, project } = conversation;
  const order = `${lastAt}#${number}`;
  return {
    ...conversationKey(number),
    ...conversation,
    // Before its first text it is nothing that anybody should see in a list.
    ...(lastWords !== '' && {
      collection: conversationList(shardAmong(number, CONVERSATION_SHARDS)),
      collectionOrder: order,
    }),
    ...(project !== undefined && { work: projectWork(project), workOrder: order }),
  };
}

export function parseConversation(item: Item | undefined, number: string, now: Date): Conversation {
  return item === undefined ? noConversation(number, now) : conversationSchema.parse(item);
}

/** Puts a conversation over the version it came from. */
export const putConversation = (table: string, conversation: Conversation) =>
  putOverVersion(table, conversationItem(conversation));

/** The condition that a conversation stands where it stood when something was decided on it. */
export const conversationUnchanged = (table: string, { number, version }: Conversation) =>
  checkVersion(table, conversationKey(number), version);

/** Puts a conversation on the list of those that wait for a decision, or takes it off: written beside it. */
export function putReview(table: string, conversation: Conversation) {
  const { number, review } = conversation;
  const listed = review && { work: REVIEWS, workOrder: `${review.since}#${number}` };
  return { TableName: table, Item: { ...reviewKey(number), number, ...listed } };
}
