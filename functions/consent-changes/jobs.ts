import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { AddOptInsJob, EnrollJob } from '../../lib/campaigns/campaign-jobs.ts';
import type { WakeJob } from '../../lib/gate/wake-job.ts';
import type { BackfillSyncJob } from './backfill-opt-out-sync.ts';

/** One page of work that is too large for one invocation. */
export type Job = WakeJob | EnrollJob | AddOptInsJob | BackfillSyncJob;

/** The queue of paged jobs. */
export interface Jobs {
  /** @param jobs ten at most. @param delaySeconds 900 at most. @throws Error when the queue refused one. */
  enqueue(jobs: readonly Job[], delaySeconds: number): Promise<void>;
}

export function createJobs(client: SQSClient, url: string): Jobs {
  return {
    enqueue: async (jobs, delaySeconds) => {
      const answer = await client.send(
        new SendMessageBatchCommand({
          QueueUrl: url,
          Entries: jobs.map((job, index) => ({
            Id: String(index),
            MessageBody: JSON.stringify(job),
            DelaySeconds: delaySeconds,
          })),
        }),
      );
      const failed = answer.Failed?.length ?? 0;
      if (failed > 0) throw new Error(`The queue refused ${failed} jobs`);
    },
  };
}
