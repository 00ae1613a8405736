import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { readItem, type TableDeps } from '../runtime/dynamodb.ts';
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

export type StatusStore = ReturnType<typeof createStatusStore>;

/** @param deps.table the outreach table. */
export function createStatusStore(deps: TableDeps) {
  const { client, table } = deps;
  return {
    read: async (): Promise<CrmStatus> => crmStatusSchema.parse((await readItem(deps, statusKey)) ?? {}),
    async write(status: CrmStatus): Promise<void> {
      await client.send(new PutCommand({ TableName: table, Item: { ...statusKey, ...status } }));
    },
    position: async (): Promise<SweepPosition> =>
      positionSchema.parse((await readItem(deps, sweepKey)) ?? { shard: 0 }),
    async movePosition(position: SweepPosition): Promise<void> {
      await client.send(new PutCommand({ TableName: table, Item: { ...sweepKey, ...position } }));
    },
  };
}
