import type { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { atLeast, atMost, type Figure, raw } from './figure.ts';
import { createPeople } from './people.ts';
import { type Recipient, type Recording, recordRequests, requestsFor } from './replay.ts';
import { bestOf, type Spent, startClock } from './spent.ts';
import { BATCH, openStand, WORKERS } from './stand.ts';

/** Texts whose requests are recorded: enough to lie in every shard. */
const RECORDED = 40;

/**
 * Texts per second through cycle, queue and gate with real handlers, the real Twilio client and the local engines, and
 * the rate of nothing but the requests that a send cannot do without, in one run on the same machine.
 */
export async function measureTexts(leads: number, progress: (line: string) => void): Promise<Figure[]> {
  const stand = await openStand(progress);
  try {
    const people = createPeople(stand.names);
    progress('Warm-up');
    await people.make(100, 'due');
    await stand.sendDue();
    const recordings = await recordRequests(await people.make(RECORDED, 'due'), stand.sendDue);
    const raws: Spent[] = [];
    const wholes: Spent[] = [];
    let counted = stand.requests.counts();
    for (let round = 1; round <= 3; round++) {
      progress(`Round ${round} of 3: ${leads} texts' raw requests`);
      raws.push(await rawRate(recordings, await people.make(leads, 'due')));
      progress(`Round ${round} of 3: ${leads} texts through cycle, queue and gate`);
      await people.make(leads, 'due');
      wholes.push(await stand.sendDue());
      counted = stand.requests.counts();
      if (counted.twilio !== leads) {
        throw new Error(`${leads} texts were due and ${counted.twilio} reached Twilio`);
      }
    }
    const best = bestOf(wholes);
    const bestRaw = bestOf(raws);
    return [
      raw(`texts through cycle, queue and gate (${leads} due)`, leads / best.seconds, 'texts/s'),
      raw('the requests a send cannot do without, alone', leads / bestRaw.seconds, 'texts/s'),
      atLeast('ratio of the two', bestRaw.seconds / best.seconds, 'x', 0.75),
      raw("the functions' CPU time per text", (best.cpuSeconds * 1000) / leads, 'ms'),
      raw("the raw requests' CPU time per text", (bestRaw.cpuSeconds * 1000) / leads, 'ms'),
      atMost('DynamoDB requests per text', counted.dynamodb / leads, 'requests', 2.2),
      atMost('SQS requests per text', counted.sqs / leads, 'requests', 0.35),
      atMost('Twilio requests per text', counted.twilio / leads, 'requests', 1),
    ];
  } finally {
    await stand.close();
  }
}

/**
 * The send transaction and the update with the result, as the gate makes them, for other leads and at the same concurrency.
 * The requests are put together before the clock starts: what is measured is the SDK, the wire and the engine.
 */
async function rawRate(recordings: readonly Recording[], recipients: readonly Recipient[]): Promise<Spent> {
  const client = createDocumentClient();
  const texts = recipients.map((recipient, index) => requestsFor(recordings, index, recipient)).values();
  const clock = startClock();
  await Promise.all(
    Array.from({ length: WORKERS * BATCH }, async () => {
      for (const requests of texts) {
        for (const request of requests) await client.send(request as TransactWriteCommand);
      }
    }),
  );
  return clock();
}
