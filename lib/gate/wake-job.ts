import * as z from 'zod';
import { ALL_SHARDS, SHARDS } from '../tables/outreach.ts';

/** One page of waking everybody of a shard who waits for one of some reasons: parsed by who sends it and by who does it. */
export const wakeJobSchema = z.object({
  shard: z
    .int()
    .min(0)
    .max(SHARDS - 1),
  /** Absent for whatever anybody waits for. */
  reasons: z.array(z.string()).min(1).optional(),
  /** Only steps of this automation; absent for every text. */
  automationId: z.string().optional(),
  cursor: z.record(z.string(), z.unknown()).optional(),
});
export type WakeJob = z.infer<typeof wakeJobSchema>;

/** Wakes everybody who waits, whatever for: the gate decides on each anew, and holds who must wait on. */
export function wakeAll(): WakeJob[] {
  return ALL_SHARDS.map((shard) => ({ shard }));
}
