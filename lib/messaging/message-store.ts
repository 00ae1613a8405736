import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Item, isConditionFailure, readManyConsistently } from '../runtime/dynamodb.ts';
import { pageOfCollection } from '../tables/collection.ts';
import type { Message } from './message.ts';
import { twilioRank } from './message.ts';
import { conversationOf, messageKey, parseMessage } from './message-items.ts';

export interface MessageStoreDeps {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly now: () => Date;
}

/** A delivery report for one text. */
export interface CarrierNews {
  readonly sid: string;
  /** Status word of Twilio. */
  readonly status: string;
  readonly errorCode?: number;
}

/** `stale`: the text has a later status already, or the status word is unknown. `unknown`: no text has this id. */
export type NewsOutcome = 'applied' | 'stale' | 'unknown';

/** Stores messages, sent and received. */
export type MessageStore = ReturnType<typeof createMessageStore>;

export function createMessageStore(deps: MessageStoreDeps) {
  return {
    get: async (id: string): Promise<Message | undefined> => {
      const key = { TableName: deps.table, Key: messageKey(id), ConsistentRead: true };
      const { Item } = await deps.client.send(new GetCommand(key));
      return Item && parseMessage(Item);
    },
    /** Reads many messages, strongly consistent. Ids without a message are missing from the result. */
    getMany: async (ids: readonly string[]): Promise<Map<string, Message>> => {
      const items = await readManyConsistently(deps.client, deps.table, ids.map(messageKey));
      return new Map(items.map(parseMessage).map((message) => [message.id, message]));
    },
    /**
     * Applies a delivery report of Twilio. Reports may come twice and in any order: a status only ever moves forward, and a
     * report for another SID than the text's is stale.
     */
    applyNews: (id: string, news: CarrierNews) => applyNews(deps, id, news),
    /** Lists a number's messages, newest first. @param cursor the `next` of the page before. */
    conversation: (number: string, limit: number, cursor?: Item) => conversation(deps, number, limit, cursor),
  };
}

async function applyNews(deps: MessageStoreDeps, id: string, news: CarrierNews): Promise<NewsOutcome> {
  const { client, table, now } = deps;
  const ranked = twilioRank(news.status);
  if (!ranked) return (await exists(deps, id)) ? 'stale' : 'unknown';
  const errorCode = news.errorCode === undefined ? '' : ', errorCode = :errorCode';
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: messageKey(id),
        ConditionExpression:
          'attribute_exists(pk) AND statusRank < :rank AND (attribute_not_exists(sid) OR sid = :sid)',
        UpdateExpression: `SET #status = :status, statusRank = :rank, sid = :sid, updatedAt = :now${errorCode} REMOVE #work, workOrder`,
        ExpressionAttributeNames: { '#status': 'status', '#work': 'work' },
        ExpressionAttributeValues: {
          ':status': ranked.status,
          ':rank': ranked.rank,
          ':sid': news.sid,
          ':now': now().toISOString(),
          ':errorCode': news.errorCode,
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return 'applied';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return (error as { Item?: Item }).Item ? 'stale' : 'unknown';
  }
}

async function exists({ client, table }: MessageStoreDeps, id: string): Promise<boolean> {
  const answer = await client.send(
    new GetCommand({ TableName: table, Key: messageKey(id), ProjectionExpression: 'pk' }),
  );
  return answer.Item !== undefined;
}

async function conversation(
  { client, table }: MessageStoreDeps,
  number: string,
  limit: number,
  cursor?: Item,
): Promise<{ messages: Message[]; next: Item | undefined }> {
  const { items, next } = await pageOfCollection(client, table, conversationOf(number), limit, cursor);
  return { messages: items.map(parseMessage), next };
}
