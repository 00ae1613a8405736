import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Item, type Key, readPartition } from '../runtime/dynamodb.ts';

export interface ConfigurationTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly now: () => Date;
}

export function parseIfPresent<T>(item: Item | undefined, parse: (item: Item) => T): T | undefined {
  return item === undefined ? undefined : parse(item);
}

export async function getItem({ client, table }: ConfigurationTable, key: Key): Promise<Item | undefined> {
  const answer = await client.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
  return answer.Item;
}

export function listItems({ client, table }: ConfigurationTable, pk: string): Promise<Item[]> {
  return readPartition(client, table, { pk });
}

export async function putItem({ client, table, now }: ConfigurationTable, item: Item): Promise<void> {
  await client.send(new PutCommand({ TableName: table, Item: { ...item, updatedAt: now().toISOString() } }));
}

export async function removeItem({ client, table }: ConfigurationTable, key: Key): Promise<boolean> {
  const answer = await client.send(
    new DeleteCommand({ TableName: table, Key: key, ReturnValues: 'ALL_OLD' }),
  );
  return answer.Attributes !== undefined;
}
