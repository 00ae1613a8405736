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

export interface InboundText {
  readonly sid: string;
  readonly number: string;
  readonly body: string;
  /** Why a person must read it before automated texts go on. */
  readonly review?: Pick<Review, 'rule'>;
  /** It is a clear opt-out, or START, and so decides an earlier text that waits for a person. */
  readonly settles?: ReviewDecision | undefined;
}

export interface ConversationPage {
  readonly conversations: readonly Conversation[];
  readonly next: Item | undefined;
}

/** What was said between us and each number, as agents see it. */
export type ConversationStore = ReturnType<typeof createConversationStore>;

export function createConversationStore(deps: ClockedTableDeps) {
  return {
    get: (number: string) => get(deps, number),
    /** Stores a received text and what it changes in its conversation, once. @returns false when it was stored before. */
    receive: (text: InboundText) => receive(deps, text),
    /** Changes a conversation, whoever else does at the same time. @param next undefined: nothing to change. */
    change: (number: string, next: (conversation: Conversation) => Conversation | undefined) =>
      change(deps, number, next),
    /** Marks as read, files, or decides what waited for a decision. */
    handle: (number: string, given: Handling) =>
      change(deps, number, (conversation) => withHandling(conversation, given)),
    /** By their last text, newest first. @param below the place where the page before ended. */
    list: (limit: number, below?: string) => list(deps, limit, below),
    /** Those filed into a project, newest first. */
    inProject: (project: string, limit: number, cursor?: Item) =>
      listWork(deps, projectWork(project), false, limit, cursor),
    /** Those that wait for a person's decision, longest first. */
    inReview: (limit: number, cursor?: Item) => listWork(deps, REVIEWS, true, limit, cursor),
  };
}

async function get(deps: ClockedTableDeps, number: string): Promise<Conversation> {
  return parseConversation(await readItem(deps, conversationKey(number)), number, deps.now());
}

async function receive(deps: ClockedTableDeps, text: InboundText): Promise<boolean> {
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
  return write(
    deps,
    number,
    (conversation) => withReceivedText(conversation, { body, at, settles }, review),
    [{ Put: putIfAbsent(deps.table, messageItem(message)) }],
  );
}

async function change(
  deps: ClockedTableDeps,
  number: string,
  next: (conversation: Conversation) => Conversation | undefined,
): Promise<Conversation> {
  await write(deps, number, next, []);
  return get(deps, number);
}

/** @returns false when there was nothing to change, or one of the other writes was made before. */
async function write(
  deps: ClockedTableDeps,
  number: string,
  next: (conversation: Conversation) => Conversation | undefined,
  others: readonly TransactItem[],
): Promise<boolean> {
  const isWritten = await changeVersioned('A conversation', {
    read: () => get(deps, number),
    change: next,
    write: async (after, before) => {
      const isReviewMoved = before.review?.since !== after.review?.since;
      const codes = await transact(deps.client, [
        ...others,
        { Put: putConversation(deps.table, after) },
        ...(isReviewMoved ? [{ Put: putReview(deps.table, after) }] : []),
      ]);
      if (!codes) return true;
      return others.some((_, index) => codes[index] === 'ConditionalCheckFailed') ? false : LOST;
    },
  });
  return isWritten ?? false;
}

async function list(
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
  const found = await readManyConsistently(deps.client, deps.table, numbers.map(conversationKey));
  const byNumber = new Map(found.map((item) => [String(item['number']), item]));
  const conversations = numbers.flatMap((number) => {
    const item = byNumber.get(number);
    return item ? [parseConversation(item, number, deps.now())] : [];
  });
  return { conversations, next };
}
