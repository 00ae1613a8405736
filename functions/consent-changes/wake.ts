import type { EnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import type { WorkIndex } from '../../lib/automation/work-index.ts';
import type { ConsentEvent } from '../../lib/consent/consent-event.ts';
import { type WakeNumberDeps, wakeEntry, wakeNumber, wokenByEvent } from '../../lib/gate/wake.ts';
import type { WakeJob } from '../../lib/gate/wake-job.ts';
import type { SingleTextStore } from '../../lib/single-texts/single-text-store.ts';
import { ALL_SHARDS } from '../../lib/tables/outreach.ts';
import type { Jobs } from './jobs.ts';

export interface WakeDeps extends WakeNumberDeps {
  readonly enrollments: Pick<EnrollmentStore, 'ofLead' | 'get' | 'replace'>;
  readonly singleTexts: Pick<SingleTextStore, 'open' | 'get' | 'put'>;
  readonly index: Pick<WorkIndex, 'waiting'>;
  readonly jobs: Jobs;
}

const PAGE = 100;
/** By then whoever was decided under the old settings is written down as waiting, and the index shows it. */
const SECOND_PASS_SECONDS = 120;

/** An event that lets a number be texted again wakes all that waits for it (H10). @returns how many texts are due now. */
export async function wakeByEvent(deps: WakeDeps, event: ConsentEvent): Promise<number> {
  const reasons = wokenByEvent(event);
  return reasons.length === 0 ? 0 : wakeNumber(deps, event.number, reasons);
}

/** Starts waking everybody who is meant: now, and once more for those held meanwhile. */
export async function startWaking(
  deps: Pick<WakeDeps, 'jobs'>,
  meant: Pick<WakeJob, 'reasons' | 'automationId'>,
): Promise<void> {
  const jobs = ALL_SHARDS.map((shard) => ({ shard, ...meant }));
  await deps.jobs.enqueue(jobs, 0);
  await deps.jobs.enqueue(jobs, SECOND_PASS_SECONDS);
}

/**
 * Wakes one page and hands the rest on, so that a million waiting leads never outlive one invocation.
 *
 * What nobody can read stays as it is, since the gate would not send it either, and keeps nobody else asleep.
 *
 * @throws Error when a table or queue cannot be reached: the page is done once more.
 */
export async function runWakeJob(deps: WakeDeps, job: WakeJob): Promise<number> {
  const page = await deps.index.waiting(job.shard, PAGE, job.cursor);
  const { automationId } = job;
  const meant = page.entries.filter(
    (entry) =>
      automationId === undefined || ('enrollment' in entry && entry.enrollment.automationId === automationId),
  );
  const reasons = job.reasons && new Set(job.reasons);
  const woken = await Promise.all(
    meant.map((entry) => wakeEntry(deps, entry, ({ reason = '' }) => reasons?.has(reason) ?? true)),
  );
  if (page.next) await deps.jobs.enqueue([{ ...job, cursor: page.next }], 0);
  return woken.filter(Boolean).length;
}
