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
 * Wakes the waiting texts of one page and queues the next page, so that a million waiting leads fit into short invocations
 * (X4).
 *
 * An item that cannot be read stays as it is, since the gate would not send it either. The other items are woken all the
 * same.
 *
 * @returns the number of texts that were woken.
 * @throws Error when a table or queue cannot be reached: the page is delivered again.
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
