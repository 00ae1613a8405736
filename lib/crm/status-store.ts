import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { readItem, type TableDeps } from '../runtime/dynamodb.ts';
import { statusKey, sweepKey } from './crm-items.ts';

/** The outcome of the last look-ups, as the API shows it. */
export const crmStatusSchema = z.object({
  lastRunAt: z.string().optional(),
  lastSuccessAt: z.string().optional(),
  /** The reason why the last run ended early; absent when it ran to its end. */
  problem: z.object({ at: z.string(), code: z.string(), detail: z.string() }).optional(),
  apiUsage: z.object({ used: z.int(), limit: z.int() }).optional(),
  pace: z.enum(['all', 'arrivals', 'none']).optional(),
});
export type CrmStatus = z.infer<typeof crmStatusSchema>;

/** Position at which the next sweep over waiting leads begins. */
const positionSchema = z.object({
  shard: z.int().nonnegative(),
  cursor: z.record(z.string(), z.unknown()).optional(),
});
export type SweepPosition = z.infer<typeof positionSchema>;

/** Reads and writes the status of look-ups and the position of their sweep. */
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
