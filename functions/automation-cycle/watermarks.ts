import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { WorkKind } from '../../lib/automation/work.ts';
import { readItem } from '../../lib/runtime/dynamodb.ts';

/** Shard number to the moment up to which everything due was enqueued, ISO 8601. */
export type ShardWatermarks = Readonly<Record<string, string>>;

/** The high-water marks of the cycles: one item per kind of work. */
export interface Watermarks {
  read(kind: WorkKind): Promise<ShardWatermarks>;
  write(kind: WorkKind, marks: ShardWatermarks): Promise<void>;
}

const marksSchema = z.record(z.string(), z.iso.datetime());
const marksKey = (kind: WorkKind) => ({ pk: `CYCLE#${kind}`, sk: 'MARKS' });

export function createWatermarks(client: DynamoDBDocumentClient, table: string): Watermarks {
  return {
    read: async (kind) => {
      const item = await readItem({ client, table }, marksKey(kind));
      return marksSchema.parse(item?.['marks'] ?? {});
    },
    // Two cycles that overlap write marks that are both true; the earlier one only makes the next cycle read more.
    write: async (kind, marks) => {
      await client.send(new PutCommand({ TableName: table, Item: { ...marksKey(kind), marks } }));
    },
  };
}
