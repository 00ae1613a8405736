import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Job } from './job.ts';

/** The queue of paged jobs. */
export interface JobQueue {
  /** @param jobs ten at most. @param delaySeconds 900 at most. @throws Error when the queue refused one. */
  enqueue(jobs: readonly Job[], delaySeconds: number): Promise<void>;
}

export function createJobQueue(client: SQSClient, url: string): JobQueue {
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
