import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Job } from './job.ts';

/** The queue of paged jobs. */
export interface JobQueue {
  /** Sends jobs. @param jobs at most 10. @param delaySeconds at most 900. @throws Error when the queue refused one. */
  enqueue(jobs: readonly Job[], delaySeconds: number): Promise<void>;
}

/** @param url of the jobs queue. */
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
