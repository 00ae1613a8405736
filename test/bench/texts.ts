import type { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { atLeast, atMost, type Figure, raw } from './figure.ts';
import { createPeople, type People } from './people.ts';
import { OWNERS, profile } from './profile.ts';
import { type Recipient, type Recording, recordRequests, requestsFor } from './replay.ts';
import { bestOf, type Spent, startClock } from './spent.ts';
import { BATCH, openStand, type Stand, WORKERS } from './stand.ts';

/** How late the slow carrier answers, in milliseconds, and how many workers the stack's bulk lane has to wait for it. */
const SLOW = 50;
const STACK_WORKERS = 20;
const ROUNDS = 3;

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
    for (let round = 1; round <= ROUNDS; round++) {
      progress(`Round ${round} of ${ROUNDS}: ${leads} texts' raw requests`);
      raws.push(await rawRate(recordings, await people.make(leads, 'due')));
      progress(`Round ${round} of ${ROUNDS}: ${leads} texts through cycle, queue and gate`);
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
      ...(await profiles(stand, people, recordings, leads, progress)),
      ...(await slowCarrier(stand, people, leads, progress)),
    ];
  } finally {
    await stand.close();
  }
}

/** Where the CPU time of a text goes, beside where that of its raw requests goes. */
async function profiles(
  stand: Stand,
  people: People,
  recordings: readonly Recording[],
  leads: number,
  progress: (line: string) => void,
): Promise<Figure[]> {
  progress(`${leads} texts' raw requests and ${leads} texts, each under the profiler`);
  const recipients = await people.make(leads, 'due');
  const ofRaw = await profile(() => rawRate(recordings, recipients));
  await people.make(leads, 'due');
  const ofWhole = await profile(() => stand.sendDue());
  return OWNERS.flatMap((owner) => [
    raw(`profile of a text: ${owner}`, (ofWhole.get(owner) ?? 0) / leads, 'ms'),
    raw(`profile of its raw requests: ${owner}`, (ofRaw.get(owner) ?? 0) / leads, 'ms'),
  ]);
}

/** The rate with a carrier that takes its time against that with one that answers at once, with as many workers as the stack has. */
async function slowCarrier(
  stand: Stand,
  people: People,
  leads: number,
  progress: (line: string) => void,
): Promise<Figure[]> {
  const prompt: Spent[] = [];
  const slow: Spent[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [milliseconds, spent] of [[0, prompt] as const, [SLOW, slow] as const]) {
      progress(`Round ${round} of ${ROUNDS}: a carrier that answers after ${milliseconds} ms`);
      await people.make(leads, 'due');
      await stand.delayCarrier(milliseconds);
      spent.push(await stand.sendDue(STACK_WORKERS));
    }
  }
  await stand.delayCarrier(0);
  const rates = [leads / bestOf(prompt).seconds, leads / bestOf(slow).seconds] as const;
  return [
    raw(`${STACK_WORKERS} workers, a carrier that answers at once`, rates[0], 'texts/s'),
    raw(`${STACK_WORKERS} workers, a carrier that answers after ${SLOW} ms`, rates[1], 'texts/s'),
    atLeast('rate with the slow carrier against the prompt one', rates[1] / rates[0], 'x', 0.9),
  ];
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
