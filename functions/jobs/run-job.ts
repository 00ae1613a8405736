import type { Job } from '../../lib/jobs/job.ts';
import type { FailedRecord, QueueRecord } from '../../lib/lambda/sqs-records.ts';
import { countOutcomes } from '../../lib/telemetry/telemetry.ts';
import { type AddOptInsDeps, runAddOptInsJob } from './add-opt-ins.ts';
import { type BackfillSyncDeps, runBackfillSyncJob } from './backfill-opt-out-sync.ts';
import { type EnrollMembersDeps, runEnrollJob } from './enroll-members.ts';
import { runWakeJob, type WakeJobDeps } from './wake-waiting.ts';

export type JobDeps = WakeJobDeps & BackfillSyncDeps & EnrollMembersDeps & AddOptInsDeps;

/**
 * Runs queued jobs, one after the other, and counts the texts that they woke.
 *
 * @returns the records that go back to the queue.
 */
export async function runJobs(deps: JobDeps, records: readonly QueueRecord<Job>[]): Promise<FailedRecord[]> {
  let woken = 0;
  const failed: FailedRecord[] = [];
  for (const { messageId, content } of records) {
    try {
      woken += await runJob(deps, content);
    } catch (error) {
      failed.push({ messageId, error, about: { job: 'job' in content ? content.job : 'wake' } });
    }
  }
  countOutcomes({ enrollmentWoken: woken });
  return failed;
}

/** @returns the number of texts that the job woke. */
async function runJob(deps: JobDeps, job: Job): Promise<number> {
  if (!('job' in job)) return runWakeJob(deps, job);
  switch (job.job) {
    case 'enroll':
      await runEnrollJob(deps, job);
      break;
    case 'addOptIns':
      await runAddOptInsJob(deps, job);
      break;
    case 'backfillSync':
      await runBackfillSyncJob(deps, job);
  }
  return 0;
}
