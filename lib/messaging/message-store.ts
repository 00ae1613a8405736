import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailure } from '../runtime/conditional-writes.ts';
import {
  type ClockedTableDeps,
  type Item,
  readItem,
  readManyConsistently,
  type TableDeps,
} from '../runtime/dynamodb.ts';
import { pageOfCollection } from '../tables/collection.ts';
import type { Message } from './message.ts';
import { twilioRank } from './message.ts';
import { conversationOf, messageKey, parseMessage } from './message-items.ts';

export interface CarrierNews {
  readonly sid: string;
  /** A status word of Twilio's. */
  readonly status: string;
  readonly errorCode?: number;
}

/** `stale`: the text has gone further already, or the word is unknown; `unknown`: there is no such text. */
export type NewsOutcome = 'applied' | 'stale' | 'unknown';

/** Texts in both directions. */
export type MessageStore = ReturnType<typeof createMessageStore>;

export function createMessageStore(deps: ClockedTableDeps) {
  return {
    get: async (id: string): Promise<Message | undefined> => {
      const item = await readItem(deps, messageKey(id));
      return item && parseMessage(item);
    },
    /** Many texts by their ids, those that there are. */
    getMany: async (ids: readonly string[]): Promise<Map<string, Message>> => {
      const items = await readManyConsistently(deps.client, deps.table, ids.map(messageKey));
      return new Map(items.map(parseMessage).map((message) => [message.id, message]));
    },
    /** Applies what Twilio says of a text: its steps may come twice and in any order, and never go back. */
    applyNews: (id: string, news: CarrierNews) => applyNews(deps, id, news),
    /** A number's texts, newest first. @param cursor the `next` of the page before. */
    conversation: (number: string, limit: number, cursor?: Item) => conversation(deps, number, limit, cursor),
  };
}

async function applyNews(deps: ClockedTableDeps, id: string, news: CarrierNews): Promise<NewsOutcome> {
  const { client, table, now } = deps;
  const known = twilioRank(news.status);
  if (!known) return (await exists(deps, id)) ? 'stale' : 'unknown';
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
          ':status': known.status,
          ':rank': known.rank,
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

async function exists({ client, table }: TableDeps, id: string): Promise<boolean> {
  const answer = await client.send(
    new GetCommand({ TableName: table, Key: messageKey(id), ProjectionExpression: 'pk' }),
  );
  return answer.Item !== undefined;
}

async function conversation(
  deps: TableDeps,
  number: string,
  limit: number,
  cursor?: Item,
): Promise<{ messages: Message[]; next: Item | undefined }> {
  const { items, next } = await pageOfCollection(deps, conversationOf(number), { limit, cursor });
  return { messages: items.map(parseMessage), next };
}
