import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Item, pauseBeforeRetry } from '../../lib/runtime/dynamodb.ts';

/** An item and the table that it belongs to. */
export interface TableItem {
  readonly table: string;
  readonly item: Item;
}

/** The most items that DynamoDB takes in one BatchWriteItem. */
export const BATCH_WRITE_ITEMS = 25;

/** Writes items in batches until there are no more. @param items read by `atOnce` workers at the same time. */
export async function writeAll(
  client: DynamoDBDocumentClient,
  items: Iterable<TableItem>,
  atOnce = 8,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (;;) {
      const batch: TableItem[] = [];
      for (let next = rest.next(); !next.done; next = rest.next()) {
        batch.push(next.value);
        if (batch.length === BATCH_WRITE_ITEMS) break;
      }
      if (batch.length === 0) return;
      await writeBatch(client, batch);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Writes up to 25 items, and writes those again that DynamoDB left unprocessed. */
export async function writeBatch(client: DynamoDBDocumentClient, batch: readonly TableItem[]): Promise<void> {
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
