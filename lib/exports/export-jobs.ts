import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ExportJob } from './export.ts';

/** The queue of export jobs. The admin API starts an export; a worker that runs out of time enqueues the rest. */
export interface ExportJobs {
  enqueue(job: ExportJob): Promise<void>;
}

/** Creates access to the queue. `enqueue` throws the SQS client's error when the queue did not accept the job. */
export function createExportJobs(client: SQSClient, QueueUrl: string): ExportJobs {
  return {
    enqueue: async (job) => {
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(job) }));
    },
  };
}
