import * as z from 'zod';
import { SHARDS } from '../tables/outreach.ts';

const shard = z
  .int()
  .min(0)
  .max(SHARDS - 1);
/** Place in the waiting index where a page begins; absent for the first page. */
const cursor = z.record(z.string(), z.unknown()).optional();

/** Wakes one page of a shard's held texts (H10). */
export const wakeJobSchema = z.object({
  shard,
  /** Wakes only texts that wait for one of these reasons. Absent: for any reason. */
  reasons: z.array(z.string()).min(1).optional(),
  /** Wakes only steps of this automation. Absent: every text. */
  automationId: z.string().optional(),
  cursor,
});
export type WakeJob = z.infer<typeof wakeJobSchema>;

/** Enrols one page of a shard's members in a broadcast (T5). The counts are those of the pages before. */
export const enrollJobSchema = z.object({
  job: z.literal('enroll'),
  campaignId: z.string(),
  broadcast: z.int().positive(),
  shard,
  /** Lead id of the last member of the page before. */
  after: z.string().optional(),
  seen: z.int().nonnegative(),
  enrolled: z.int().nonnegative(),
  sameNumber: z.int().nonnegative(),
});
export type EnrollJob = z.infer<typeof enrollJobSchema>;

/** Adds one page of opt-ins to a campaign ("Add Opt-Ins", T6). The counts are those of the pages before. */
export const addOptInsJobSchema = z.object({
  job: z.literal('addOptIns'),
  campaignId: z.string(),
  run: z.string(),
  after: z.string().optional(),
  seen: z.int().nonnegative(),
  added: z.int().nonnegative(),
});
export type AddOptInsJob = z.infer<typeof addOptInsJobSchema>;

/** Queues the sync of one page of numbers whose texts wait until Twilio's list lets them through (X9). */
export const backfillSyncJobSchema = z.object({ job: z.literal('backfillSync'), shard, cursor });
export type BackfillSyncJob = z.infer<typeof backfillSyncJobSchema>;

/** One page of work that is too large for one invocation. Both ends of the queue parse it with this schema. */
export const jobSchema = z.union([enrollJobSchema, addOptInsJobSchema, backfillSyncJobSchema, wakeJobSchema]);
export type Job = z.infer<typeof jobSchema>;

/** Builds the jobs that wake every held text, one per shard. The gate decides on each again, and holds those that must still wait. */
export function wakeAll(): WakeJob[] {
  return Array.from({ length: SHARDS }, (_, shard) => ({ shard }));
}
