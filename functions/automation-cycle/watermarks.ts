import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { WorkKind } from '../../lib/automation/work.ts';
import { readItem } from '../../lib/runtime/dynamodb.ts';

/** Maps a shard's number to the moment up to which everything due was enqueued, ISO 8601. */
export type ShardWatermarks = Readonly<Record<string, string>>;

/** Stores the watermarks of the cycles: one item per kind of work. */
export interface Watermarks {
  read(kind: WorkKind): Promise<ShardWatermarks>;
  write(kind: WorkKind, watermarks: ShardWatermarks): Promise<void>;
}

const watermarksSchema = z.record(z.string(), z.iso.datetime());
const watermarksKey = (kind: WorkKind) => ({ pk: `CYCLE#${kind}`, sk: 'MARKS' });

/** Creates the store over the outreach table. */
export function createWatermarks(client: DynamoDBDocumentClient, table: string): Watermarks {
  return {
    read: async (kind) => {
      const item = await readItem({ client, table }, watermarksKey(kind));
      return watermarksSchema.parse(item?.['marks'] ?? {});
    },
    // Two cycles that overlap both write true watermarks. An earlier watermark only makes the next cycle read more.
    write: async (kind, watermarks) => {
      await client.send(
        new PutCommand({ TableName: table, Item: { ...watermarksKey(kind), marks: watermarks } }),
      );
    },
  };
}
