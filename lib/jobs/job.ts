import * as z from 'zod';
import { SHARDS } from '../tables/outreach.ts';

const shard = z
  .int()
  .min(0)
  .max(SHARDS - 1);
/** Where a page of the waiting index goes on; absent for the first page. */
const cursor = z.record(z.string(), z.unknown()).optional();

/** Wakes one page of a shard's waiting texts. */
export const wakeJobSchema = z.object({
  shard,
  /** Reasons of waiting that are meant; absent for every reason. */
  reasons: z.array(z.string()).min(1).optional(),
  /** Only steps of this automation; absent for every text. */
  automationId: z.string().optional(),
  cursor,
});
export type WakeJob = z.infer<typeof wakeJobSchema>;

/** Enrols one page of a shard's members in a broadcast (T5). Each page says how far those before it came. */
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

/** Adds one page of opt-ins to a campaign ("Add Opt-Ins", T6). */
export const addOptInsJobSchema = z.object({
  job: z.literal('addOptIns'),
  campaignId: z.string(),
  run: z.string(),
  after: z.string().optional(),
  seen: z.int().nonnegative(),
  added: z.int().nonnegative(),
});
export type AddOptInsJob = z.infer<typeof addOptInsJobSchema>;

/** Queues, for Twilio's list, the numbers of one page of a shard whose texts wait for that list (X9). */
export const backfillSyncJobSchema = z.object({ job: z.literal('backfillSync'), shard, cursor });
export type BackfillSyncJob = z.infer<typeof backfillSyncJobSchema>;

/** One page of work that is too large for one invocation. The queue's two ends use this one schema. */
export const jobSchema = z.union([enrollJobSchema, addOptInsJobSchema, backfillSyncJobSchema, wakeJobSchema]);
export type Job = z.infer<typeof jobSchema>;

/** Jobs that wake everybody who waits, for any reason. The gate decides on each text again, and holds what must wait on. */
export function wakeAll(): WakeJob[] {
  return Array.from({ length: SHARDS }, (_, shard) => ({ shard }));
}
