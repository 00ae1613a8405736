import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Message } from '../messaging/message.ts';
import { messageItem } from '../messaging/message-items.ts';
import {
  cancellationCodes,
  type Item,
  pauseBeforeRetry,
  readConsistently,
  type TransactItem,
} from '../runtime/dynamodb.ts';
import { COLLECTION_INDEX } from '../tables/collection.ts';
import { WORK_INDEX } from '../tables/outreach.ts';
import {
  type Conversation,
  type Handling,
  type Review,
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

export interface ConversationStoreDeps {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly now: () => Date;
}

export interface InboundText {
  readonly sid: string;
  readonly number: string;
  readonly body: string;
  /** Why a person must read it before automated texts go on. */
  readonly review?: Pick<Review, 'rule'>;
  /** It is a clear opt-out. */
  readonly isOptOut?: boolean;
}

export interface ConversationPage {
  readonly conversations: readonly Conversation[];
  readonly next: Item | undefined;
}

/** More simultaneous writers to one conversation than this are a fault, not a race. */
const ATTEMPTS = 12;

/** What was said between us and each number, as agents see it. */
export type ConversationStore = ReturnType<typeof createConversationStore>;

export function createConversationStore(deps: ConversationStoreDeps) {
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

async function get({ client, table, now }: ConversationStoreDeps, number: string): Promise<Conversation> {
  const answer = await client.send(
    new GetCommand({ TableName: table, Key: conversationKey(number), ConsistentRead: true }),
  );
  return parseConversation(answer.Item, number, now());
}

async function receive(deps: ConversationStoreDeps, text: InboundText): Promise<boolean> {
  const at = deps.now().toISOString();
  const { sid, number, body, isOptOut } = text;
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
  const absent = {
    Put: {
      TableName: deps.table,
      Item: messageItem(message),
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
  return write(
    deps,
    number,
    (conversation) => withReceivedText(conversation, { body, at, isOptOut }, review),
    [absent],
  );
}

async function change(
  deps: ConversationStoreDeps,
  number: string,
  next: (conversation: Conversation) => Conversation | undefined,
): Promise<Conversation> {
  await write(deps, number, next, []);
  return get(deps, number);
}

/** @returns false when there was nothing to change, or one of the other writes was made before. */
async function write(
  deps: ConversationStoreDeps,
  number: string,
  next: (conversation: Conversation) => Conversation | undefined,
  others: readonly TransactItem[],
): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await pauseBeforeRetry(attempt);
    const before = await get(deps, number);
    const after = next(before);
    if (!after) return false;
    const isReviewMoved = before.review?.since !== after.review?.since;
    try {
      await deps.client.send(
        new TransactWriteCommand({
          TransactItems: [
            ...others,
            { Put: putConversation(deps.table, after) },
            ...(isReviewMoved ? [{ Put: putReview(deps.table, after) }] : []),
          ],
        }),
      );
      return true;
    } catch (error) {
      const codes = cancellationCodes(error);
      if (codes === undefined) throw error;
      if (others.some((_, index) => codes[index] === 'ConditionalCheckFailed')) return false;
    }
  }
  throw new Error(`One conversation changed ${ATTEMPTS} times while something was written to it`);
}

async function list(
  deps: ConversationStoreDeps,
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
  { client, table }: ConversationStoreDeps,
  list: string,
  limit: number,
  below: string | undefined,
): Promise<ShardPage<Placed & { readonly item: Item }>> {
  const isBelow = below === undefined ? '' : ' AND collectionOrder < :below';
  const page = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: COLLECTION_INDEX,
      KeyConditionExpression: `#collection = :list${isBelow}`,
      ExpressionAttributeNames: { '#collection': 'collection' },
      ExpressionAttributeValues: { ':list': list, ':below': below },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  const entries = (page.Items ?? []).map((item) => ({ item, place: String(item['collectionOrder']) }));
  return { entries, isLast: page.LastEvaluatedKey === undefined };
}

async function listWork(
  { client, table, now }: ConversationStoreDeps,
  work: string,
  isOldestFirst: boolean,
  limit: number,
  cursor?: Item,
): Promise<ConversationPage> {
  const page = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: WORK_INDEX,
      KeyConditionExpression: '#work = :work',
      ExpressionAttributeNames: { '#work': 'work' },
      ExpressionAttributeValues: { ':work': work },
      ScanIndexForward: isOldestFirst,
      Limit: limit,
      ExclusiveStartKey: cursor,
    }),
  );
  const numbers = (page.Items ?? []).map(numberOfConversationKey);
  const found = await readConsistently(client, { [table]: numbers.map(conversationKey) });
  const byNumber = new Map((found[table] ?? []).map((item) => [String(item['number']), item]));
  const conversations = numbers.flatMap((number) => {
    const item = byNumber.get(number);
    return item ? [parseConversation(item, number, now())] : [];
  });
  return { conversations, next: page.LastEvaluatedKey };
}
