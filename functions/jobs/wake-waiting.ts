import type { WorkIndex } from '../../lib/automation/work-index.ts';
import { type WakeEntryDeps, wakeEntry } from '../../lib/gate/wake.ts';
import type { WakeJob } from '../../lib/jobs/job.ts';
import type { JobQueue } from '../../lib/jobs/job-queue.ts';

export interface WakeJobDeps extends WakeEntryDeps {
  readonly index: Pick<WorkIndex, 'waiting'>;
  readonly jobs: JobQueue;
}

const PAGE = 100;

/**
 * Wakes one page and hands the rest on, so that a million waiting leads never outlive one invocation.
 *
 * An item that cannot be read stays as it is, since the gate would not send it either, and keeps no other text asleep.
 *
 * @returns how many texts woke.
 * @throws Error when a table or queue cannot be reached: the page is done once more.
 */
export async function runWakeJob(deps: WakeJobDeps, job: WakeJob): Promise<number> {
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
