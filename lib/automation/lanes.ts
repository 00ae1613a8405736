import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { inChunks } from '../runtime/chunks.ts';
import { mapConcurrently } from '../runtime/concurrency.ts';
import { type DueWork, dueWorkSchema } from './work.ts';

/** The two queues before the gate: what someone is waiting for never stands behind a broadcast. */
export interface Lanes<L extends Lane = Lane> {
  /** @throws Error when the queue refused an entry twice. */
  enqueue(lane: L, works: readonly DueWork[]): Promise<void>;
}

export type Lane = 'priority' | 'bulk';

const MOST_PER_REQUEST = 10;
const REQUESTS_AT_ONCE = 8;

/** @param urls of the lanes that the caller may write to. */
export function createLanes<L extends Lane>(client: SQSClient, urls: Readonly<Record<L, string>>): Lanes<L> {
  return {
    enqueue: async (lane, works) => {
      const bodies = works.map((work) => JSON.stringify(dueWorkSchema.parse(work)));
      const batches = inChunks(bodies, MOST_PER_REQUEST);
      await mapConcurrently(batches, REQUESTS_AT_ONCE, (batch) => sendBatch(client, urls[lane], batch));
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
