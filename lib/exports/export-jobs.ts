import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ExportJob } from './export.ts';

/** The queue of exports: the admin API begins one, a worker hands the rest of one on. */
export interface ExportJobs {
  enqueue(job: ExportJob): Promise<void>;
}

export function createExportJobs(client: SQSClient, QueueUrl: string): ExportJobs {
  return {
    enqueue: async (job) => {
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(job) }));
    },
  };
}
