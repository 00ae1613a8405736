import * as z from 'zod';
import { SHARDS } from '../tables/outreach.ts';

/** A queued job that wakes one page of a shard's waiting texts. Sender and worker parse it with this schema. */
export const wakeJobSchema = z.object({
  shard: z
    .int()
    .min(0)
    .max(SHARDS - 1),
  /** The hold reasons to wake; absent for every reason. */
  reasons: z.array(z.string()).min(1).optional(),
  /** Wakes only steps of this automation; absent for every text. */
  automationId: z.string().optional(),
  cursor: z.record(z.string(), z.unknown()).optional(),
});
export type WakeJob = z.infer<typeof wakeJobSchema>;

/** Creates the jobs that wake every waiting text. The gate decides each text again and holds those that must still wait. */
export function wakeAll(): WakeJob[] {
  return Array.from({ length: SHARDS }, (_, shard) => ({ shard }));
}
