import * as z from 'zod';
import type { EnrollmentRef } from '../../lib/automation/enrollment.ts';
import { SHARDS } from '../../lib/automation/enrollment.ts';
import type { EnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { wake } from '../../lib/automation/progress.ts';
import { wakeLead, wakesNumber } from '../../lib/automation/waking.ts';
import { eventOfChange } from '../../lib/consent/items.ts';
import type { LeadStore } from '../../lib/leads/lead-store.ts';
import type { Item } from '../../lib/runtime/dynamodb.ts';
import type { Jobs } from './jobs.ts';

export interface WakeDeps {
  readonly enrollments: Pick<EnrollmentStore, 'ofLead' | 'get' | 'replace' | 'waiting'>;
  readonly leads: Pick<LeadStore, 'holders'>;
  readonly jobs: Jobs;
  readonly now: () => Date;
}

/** One page of waking everybody of a shard who waits for one of some reasons. */
export const wakeJobSchema = z.object({
  shard: z
    .int()
    .min(0)
    .max(SHARDS - 1),
  reasons: z.array(z.string()).min(1),
  cursor: z.record(z.string(), z.unknown()).optional(),
});
export type WakeJob = z.infer<typeof wakeJobSchema>;

const PAGE = 100;
/** By then whoever was decided under the old settings is written down as waiting, and the index shows it. */
const SECOND_PASS_SECONDS = 120;

/**
 * A change of the consent table: an event that lets a number be texted again wakes all that waits for it (H10).
 *
 * @returns how many enrollments are due now.
 */
export async function onConsentChange(deps: WakeDeps, item: Item): Promise<number> {
  const event = eventOfChange(item);
  if (!event || !wakesNumber(event)) return 0;
  let woken = 0;
  for (const leadId of await deps.leads.holders(event.number)) {
    woken += await wakeLead(deps.enrollments, leadId, deps.now());
  }
  return woken;
}

/** Starts waking everybody who waits for one of the reasons: now, and once more for those held meanwhile. */
export async function startWaking(deps: Pick<WakeDeps, 'jobs'>, reasons: readonly string[]): Promise<void> {
  if (reasons.length === 0) return;
  const jobs = Array.from({ length: SHARDS }, (_, shard) => ({ shard, reasons: [...reasons] }));
  await deps.jobs.enqueue(jobs, 0);
  await deps.jobs.enqueue(jobs, SECOND_PASS_SECONDS);
}

/** Wakes one page and hands the rest on, so that a million waiting leads never outlive one invocation. */
export async function runWakeJob(deps: WakeDeps, job: WakeJob): Promise<number> {
  const page = await deps.enrollments.waiting(job.shard, PAGE, job.cursor);
  const reasons = new Set(job.reasons);
  const woken = await Promise.all(page.entries.map((ref) => wakeOne(deps, ref, reasons)));
  if (page.next) await deps.jobs.enqueue([{ ...job, cursor: page.next }], 0);
  return woken.filter(Boolean).length;
}

async function wakeOne(deps: WakeDeps, ref: EnrollmentRef, reasons: ReadonlySet<string>): Promise<boolean> {
  const enrollment = await deps.enrollments.get(ref);
  if (enrollment?.status !== 'waiting' || !reasons.has(enrollment.reason ?? '')) return false;
  return deps.enrollments.replace(wake(enrollment, deps.now()));
}
