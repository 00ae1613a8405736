import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { inChunks } from '../runtime/chunks.ts';
import { mapConcurrently } from '../runtime/concurrency.ts';
import { type DueWork, dueWorkSchema } from './work.ts';

/** The two queues before the gate. A text that a person waits for never queues behind a broadcast. */
export interface Lanes<L extends Lane = Lane> {
  /** Sends due texts to a lane. @throws Error when the queue refused an entry twice. */
  enqueue(lane: L, works: readonly DueWork[]): Promise<void>;
}

export type Lane = 'priority' | 'bulk';

/** SQS's limit. */
const MAXIMUM_ENTRIES_PER_REQUEST = 10;
const MAXIMUM_CONCURRENT_REQUESTS = 8;

/** Creates the sending end of the lanes. @param urls of the lanes that the caller may write to. */
export function createLanes<L extends Lane>(client: SQSClient, urls: Readonly<Record<L, string>>): Lanes<L> {
  return {
    enqueue: async (lane, works) => {
      const bodies = works.map((work) => JSON.stringify(dueWorkSchema.parse(work)));
      const batches = inChunks(bodies, MAXIMUM_ENTRIES_PER_REQUEST);
      await mapConcurrently(batches, MAXIMUM_CONCURRENT_REQUESTS, (batch) =>
        sendBatch(client, urls[lane], batch),
      );
    },
  };
}

async function sendBatch(client: SQSClient, url: string, bodies: readonly string[]): Promise<void> {
  let pending = bodies.map((body, index) => ({ Id: String(index), MessageBody: body }));
  for (let attempt = 0; attempt < 2 && pending.length > 0; attempt++) {
    const answer = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: pending }));
    const failed = new Set((answer.Failed ?? []).map(({ Id }) => Id));
    pending = pending.filter(({ Id }) => failed.has(Id));
  }
  if (pending.length > 0) throw new Error(`The queue refused ${pending.length} due texts twice`);
}
