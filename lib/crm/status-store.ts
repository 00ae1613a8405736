import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { statusKey, sweepKey } from './crm-items.ts';

/** How the last look-ups went, for whoever asks. */
export const crmStatusSchema = z.object({
  lastRunAt: z.string().optional(),
  lastSuccessAt: z.string().optional(),
  /** Why the last run ended early; absent when it did not. */
  problem: z.object({ at: z.string(), code: z.string(), detail: z.string() }).optional(),
  apiUsage: z.object({ used: z.int(), limit: z.int() }).optional(),
  pace: z.enum(['all', 'arrivals', 'none']).optional(),
});
export type CrmStatus = z.infer<typeof crmStatusSchema>;

/** Where the sweep over those who wait goes on. */
const positionSchema = z.object({
  shard: z.int().nonnegative(),
  cursor: z.record(z.string(), z.unknown()).optional(),
});
export type SweepPosition = z.infer<typeof positionSchema>;

export interface StatusStoreDeps {
  readonly client: DynamoDBDocumentClient;
  /** The outreach table. */
  readonly table: string;
}

export type StatusStore = ReturnType<typeof createStatusStore>;

export function createStatusStore({ client, table }: StatusStoreDeps) {
  async function get(Key: { pk: string; sk: string }) {
    const answer = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
    return answer.Item;
  }
  return {
    read: async (): Promise<CrmStatus> => crmStatusSchema.parse((await get(statusKey)) ?? {}),
    async write(status: CrmStatus): Promise<void> {
      await client.send(new PutCommand({ TableName: table, Item: { ...statusKey, ...status } }));
    },
    position: async (): Promise<SweepPosition> => positionSchema.parse((await get(sweepKey)) ?? { shard: 0 }),
    async movePosition(position: SweepPosition): Promise<void> {
      await client.send(new PutCommand({ TableName: table, Item: { ...sweepKey, ...position } }));
    },
  };
}
