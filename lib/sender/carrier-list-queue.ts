import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { CarrierListJob } from './carrier-list.ts';

/** Hands a number on to `sender-admin`, the only function that may write to Twilio's list. */
export type EnqueueSync = (job: CarrierListJob) => Promise<void>;

export function createCarrierListQueue(client: SQSClient, url: string): EnqueueSync {
  return async (job) => {
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(job) }));
  };
}
