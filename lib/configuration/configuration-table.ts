import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import {
  type ClockedTableDeps,
  type Item,
  type Key,
  readPartition,
  type TableDeps,
} from '../runtime/dynamodb.ts';

/** Parses an item if there is one. @throws the error of `parse`. */
export function parseIfPresent<T>(item: Item | undefined, parse: (item: Item) => T): T | undefined {
  return item === undefined ? undefined : parse(item);
}

/** Reads every item of a partition, strongly consistent. */
export function listItems({ client, table }: TableDeps, pk: string): Promise<Item[]> {
  return readPartition(client, table, { pk });
}

/** Writes an item with the moment of the change, over any item that is there. */
export async function putItem({ client, table, now }: ClockedTableDeps, item: Item): Promise<void> {
  await client.send(new PutCommand({ TableName: table, Item: { ...item, updatedAt: now().toISOString() } }));
}

/** Deletes an item. @returns false when there was none. */
export async function removeItem({ client, table }: TableDeps, key: Key): Promise<boolean> {
  const answer = await client.send(
    new DeleteCommand({ TableName: table, Key: key, ReturnValues: 'ALL_OLD' }),
  );
  return answer.Attributes !== undefined;
}
