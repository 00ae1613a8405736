import type { Message } from '../messaging/message.ts';
import { messageItem } from '../messaging/message-items.ts';
import { changeVersioned, LOST } from '../runtime/change-versioned.ts';
import { transact } from '../runtime/conditional-writes.ts';
import {
  type ClockedTableDeps,
  type Item,
  readItem,
  readManyConsistently,
  type TableDeps,
  type TransactItem,
} from '../runtime/dynamodb.ts';
import { putIfAbsent } from '../runtime/item-conditions.ts';
import { pageOfCollection } from '../tables/collection.ts';
import { pageOfWork } from '../tables/work-page.ts';
import {
  type Conversation,
  type Handling,
  type Review,
  type ReviewDecision,
  withHandling,
  withReceivedText,
} from './conversation.ts';
import {
  conversationKey,
  conversationLists,
  numberOfConversationKey,
  parseConversation,
  projectWork,
  putConversation,
  putReview,
  REVIEWS,
} from './conversation-items.ts';
import { mergeNewest, type Placed, type ShardPage } from './newest.ts';

/** A text that was received from a number. */
export interface InboundText {
  readonly sid: string;
  readonly number: string;
  readonly body: string;
  /** The rule that could not decide whether the text is an opt-out; absent when no person must decide (X7). */
  readonly review?: Pick<Review, 'rule'>;
  /** It is a clear opt-out, or START, and so decides an earlier text that waits for a person. */
  readonly settles?: ReviewDecision | undefined;
}

export interface ConversationPage {
  readonly conversations: readonly Conversation[];
  readonly next: Item | undefined;
}

/** Reads and changes the conversations with each number. */
export type ConversationStore = ReturnType<typeof createConversationStore>;

/** Creates the store. @param deps.table the outreach table. */
export function createConversationStore(deps: ClockedTableDeps) {
  return {
    /** Reads the conversation with a number, strongly consistent; an empty one when there is none. */
    get: (number: string) => readConversation(deps, number),
    /** Stores a received text and changes its conversation, once. @returns false when it was stored before. */
    receive: (text: InboundText) => receiveText(deps, text),
    /**
     * Changes a conversation, also while other writers do. @param next returns the changed conversation, or undefined to leave
     * it as it is. @returns the conversation after the change.
     */
    change: (number: string, next: (conversation: Conversation) => Conversation | undefined) =>
      changeConversation(deps, number, next),
    /** Marks a conversation as read, files it into a project, or decides its review. */
    handle: (number: string, handling: Handling) =>
      changeConversation(deps, number, (conversation) => withHandling(conversation, handling)),
    /** Lists conversations by their last text, newest first. @param below the `next` of the page before. */
    list: (limit: number, below?: string) => listConversations(deps, limit, below),
    /** Lists the conversations of a project, newest first (B5). */
    inProject: (project: string, limit: number, cursor?: Item) =>
      listWork(deps, projectWork(project), false, limit, cursor),
    /** Lists the conversations that wait for a person's decision; the one that waits longest comes first (X7). */
    inReview: (limit: number, cursor?: Item) => listWork(deps, REVIEWS, true, limit, cursor),
  };
}

async function readConversation(deps: ClockedTableDeps, number: string): Promise<Conversation> {
  return parseConversation(await readItem(deps, conversationKey(number)), number, deps.now());
}

async function receiveText(deps: ClockedTableDeps, text: InboundText): Promise<boolean> {
  const at = deps.now().toISOString();
  const { sid, number, body, settles } = text;
  const message: Message = {
    id: sid,
    sid,
    number,
    body,
    direction: 'inbound',
    status: 'received',
    statusRank: 100,
    createdAt: at,
    updatedAt: at,
  };
  const review = text.review && { ...text.review, messageSid: sid, since: at };
  return writeConversation(
    deps,
    number,
    (conversation) => withReceivedText(conversation, { body, at, settles }, review),
    [{ Put: putIfAbsent(deps.table, messageItem(message)) }],
  );
}

async function changeConversation(
  deps: ClockedTableDeps,
  number: string,
  next: (conversation: Conversation) => Conversation | undefined,
): Promise<Conversation> {
  await writeConversation(deps, number, next, []);
  return readConversation(deps, number);
}

/**
 * Changes a conversation and makes the other writes in the same transaction.
 *
 * @returns false when there was nothing to change, or the condition of another write failed.
 */
async function writeConversation(
  deps: ClockedTableDeps,
  number: string,
  next: (conversation: Conversation) => Conversation | undefined,
  others: readonly TransactItem[],
): Promise<boolean> {
  const isWritten = await changeVersioned('A conversation', {
    read: () => readConversation(deps, number),
    change: next,
    write: async (after, before) => {
      const hasReviewChanged = before.review?.since !== after.review?.since;
      const codes = await transact(deps.client, [
        ...others,
        { Put: putConversation(deps.table, after) },
        ...(hasReviewChanged ? [{ Put: putReview(deps.table, after) }] : []),
      ]);
      if (!codes) return true;
      return others.some((_, index) => codes[index] === 'ConditionalCheckFailed') ? false : LOST;
    },
  });
  return isWritten ?? false;
}

async function listConversations(
  deps: ClockedTableDeps,
  limit: number,
  below?: string,
): Promise<{ readonly conversations: readonly Conversation[]; readonly next: string | undefined }> {
  const shards = await Promise.all(conversationLists.map((one) => listShard(deps, one, limit, below)));
  const { entries, next } = mergeNewest(shards, limit);
  const now = deps.now();
  return {
    conversations: entries.map(({ item }) => parseConversation(item, String(item['number']), now)),
    next,
  };
}

async function listShard(
  deps: TableDeps,
  list: string,
  limit: number,
  below: string | undefined,
): Promise<ShardPage<Placed & { readonly item: Item }>> {
  const { items, next } = await pageOfCollection(deps, list, { limit, below });
  const entries = items.map((item) => ({ item, place: String(item['collectionOrder']) }));
  return { entries, isLast: next === undefined };
}

async function listWork(
  deps: ClockedTableDeps,
  work: string,
  isOldestFirst: boolean,
  limit: number,
  cursor?: Item,
): Promise<ConversationPage> {
  const { items, next } = await pageOfWork(deps, work, { isNewestFirst: !isOldestFirst, limit, cursor });
  const numbers = items.map(numberOfConversationKey);
  const stored = await readManyConsistently(deps.client, deps.table, numbers.map(conversationKey));
  const byNumber = new Map(stored.map((item) => [String(item['number']), item]));
  const conversations = numbers.flatMap((number) => {
    const item = byNumber.get(number);
    return item ? [parseConversation(item, number, deps.now())] : [];
  });
  return { conversations, next };
}
