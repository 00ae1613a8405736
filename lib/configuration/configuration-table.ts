import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import {
  type ClockedTableDeps,
  type Item,
  type Key,
  readPartition,
  type TableDeps,
} from '../runtime/dynamodb.ts';

export function parseIfPresent<T>(item: Item | undefined, parse: (item: Item) => T): T | undefined {
  return item === undefined ? undefined : parse(item);
}

export function listItems({ client, table }: TableDeps, pk: string): Promise<Item[]> {
  return readPartition(client, table, { pk });
}

export async function putItem({ client, table, now }: ClockedTableDeps, item: Item): Promise<void> {
  await client.send(new PutCommand({ TableName: table, Item: { ...item, updatedAt: now().toISOString() } }));
}

export async function removeItem({ client, table }: TableDeps, key: Key): Promise<boolean> {
  const answer = await client.send(
    new DeleteCommand({ TableName: table, Key: key, ReturnValues: 'ALL_OLD' }),
  );
  return answer.Attributes !== undefined;
}
