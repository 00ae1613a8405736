import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type BatchGetCommandOutput,
  DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  type QueryCommandInput,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { AWS_REQUESTS } from './aws-requests.ts';
import { inChunks } from './chunks.ts';

/** DynamoDB's limit on the keys of one request for many items. */
export const KEYS_PER_READ = 100;
/** DynamoDB's limit on the actions of one write transaction. */
export const ACTIONS_PER_TRANSACTION = 100;

export type Item = Record<string, unknown>;
export type Key = { readonly pk: string; readonly sk: string };
/** One action of a write transaction. */
export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** A table and the client that reaches it. Every store is created with these. */
export interface TableDeps {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
}

/** Adds the clock, for stores that write moments. */
export interface ClockedTableDeps extends TableDeps {
  readonly now: () => Date;
}

/** Creates a document client. Endpoint, region and credentials come from the environment. Undefined fields are not written. */
export function createDocumentClient(client = new DynamoDBClient(AWS_REQUESTS)): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/** Reads one item, strongly consistent. @returns undefined when there is none. */
export async function readItem({ client, table }: TableDeps, key: Key): Promise<Item | undefined> {
  const answer = await client.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
  return answer.Item;
}

/**
 * Reads many items of several tables, strongly consistent, in one request. Requests keys again that DynamoDB left unprocessed.
 *
 * @param keys by table; at most 100 in all. Duplicates are removed.
 * @returns the items that exist, by table, in any order.
 * @throws Error when DynamoDB still leaves keys unprocessed after five rounds.
 */
export async function readConsistently(
  client: DynamoDBDocumentClient,
  keys: Readonly<Record<string, readonly Key[]>>,
): Promise<Record<string, Item[]>> {
  const items: Record<string, Item[]> = Object.fromEntries(Object.keys(keys).map((table) => [table, []]));
  let pending: NonNullable<BatchGetCommandInput['RequestItems']> = {};
  for (const [table, tableKeys] of Object.entries(keys)) {
    const distinct = [...new Map(tableKeys.map((key) => [`${key.pk}\u0000${key.sk}`, key])).values()];
    if (distinct.length > 0) pending[table] = { Keys: [...distinct], ConsistentRead: true };
  }
  for (let round = 0; Object.keys(pending).length > 0; round++) {
    if (round === 5) throw new Error('DynamoDB left keys unprocessed after five rounds');
    if (round > 0) await pauseBeforeRetry(round);
    const answer: BatchGetCommandOutput = await client.send(new BatchGetCommand({ RequestItems: pending }));
    for (const [table, read] of Object.entries(answer.Responses ?? {})) items[table]?.push(...read);
    pending = answer.UnprocessedKeys ?? {};
  }
  return items;
}

/**
 * Reads all items of one partition key, strongly consistent, in the order of the sort keys.
 *
 * @param of.prefix selects the items whose sort key begins with it. @param of.filter filter expression that DynamoDB applies.
 */
export async function readPartition(
  client: DynamoDBDocumentClient,
  TableName: string,
  of: {
    readonly pk: string;
    readonly prefix?: string;
    readonly filter?: Pick<
      QueryCommandInput,
      'FilterExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
    >;
  },
): Promise<Item[]> {
  const { pk, prefix, filter } = of;
  const pages = paginateQuery(
    { client },
    {
      TableName,
      ConsistentRead: true,
      ...filter,
      KeyConditionExpression: prefix === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: {
        ...filter?.ExpressionAttributeValues,
        ':pk': pk,
        ...(prefix !== undefined && { ':prefix': prefix }),
      },
    },
  );
  const items: Item[] = [];
  for await (const page of pages) items.push(...(page.Items ?? []));
  return items;
}

/**
 * Reads many items of one table, strongly consistent: one request for every hundred keys.
 *
 * @returns the items that exist, in any order. @throws Error as `readConsistently` does.
 */
export async function readManyConsistently(
  client: DynamoDBDocumentClient,
  table: string,
  keys: readonly Key[],
): Promise<Item[]> {
  const items: Item[] = [];
  for (const some of inChunks(keys, KEYS_PER_READ)) {
    const read = await readConsistently(client, { [table]: some });
    items.push(...(read[table] ?? []));
  }
  return items;
}

/** Waits for a random time, at most a second, that grows with each round, so that writers do not collide again. */
export async function pauseBeforeRetry(round: number): Promise<void> {
  const milliseconds = Math.random() * Math.min(1000, 20 * 2 ** round);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
