import * as z from 'zod';
import { SHARDS } from '../tables/outreach.ts';

/** One page of enrolling the members of a shard in a broadcast. Each page says how far those before it came. */
export const enrollJobSchema = z.object({
  job: z.literal('enroll'),
  campaignId: z.string(),
  broadcast: z.int().positive(),
  shard: z
    .int()
    .min(0)
    .max(SHARDS - 1),
  /** Lead id of the last member of the page before. */
  after: z.string().optional(),
  seen: z.int().nonnegative(),
  enrolled: z.int().nonnegative(),
  sameNumber: z.int().nonnegative(),
});
export type EnrollJob = z.infer<typeof enrollJobSchema>;

/** One page of "Add Opt-Ins" (T6). */
export const addOptInsJobSchema = z.object({
  job: z.literal('addOptIns'),
  campaignId: z.string(),
  run: z.string(),
  after: z.string().optional(),
  seen: z.int().nonnegative(),
  added: z.int().nonnegative(),
});
export type AddOptInsJob = z.infer<typeof addOptInsJobSchema>;
