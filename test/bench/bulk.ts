import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Item, pauseBeforeRetry } from '../../lib/runtime/dynamodb.ts';

/** An item and the table that it belongs to. */
export interface Written {
  readonly table: string;
  readonly item: Item;
}

/** A batch of DynamoDB's. */
export const BATCH_WRITE = 25;

/** Writes items in batches as long as there are any. @param items taken by several such workers at the same time. */
export async function writeAll(
  client: DynamoDBDocumentClient,
  items: Iterable<Written>,
  atOnce = 8,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (;;) {
      const batch: Written[] = [];
      for (let next = rest.next(); !next.done; next = rest.next()) {
        batch.push(next.value);
        if (batch.length === BATCH_WRITE) break;
      }
      if (batch.length === 0) return;
      await writeBatch(client, batch);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Writes up to 25 items, again and again where DynamoDB left some. */
export async function writeBatch(client: DynamoDBDocumentClient, batch: readonly Written[]): Promise<void> {
  let pending: NonNullable<BatchWriteCommand['input']['RequestItems']> = {};
  for (const { table, item } of batch) {
    pending[table] = [...(pending[table] ?? []), { PutRequest: { Item: item } }];
  }
  for (let round = 0; Object.keys(pending).length > 0; round++) {
    if (round > 0) await pauseBeforeRetry(round);
    const answer = await client.send(new BatchWriteCommand({ RequestItems: pending }));
    pending = answer.UnprocessedItems ?? {};
  }
}
