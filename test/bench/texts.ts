import type { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { atLeast, atMost, type Figure, raw } from './figure.ts';
import { createPeople, type People } from './people.ts';
import { OWNERS, profile } from './profile.ts';
import { type Recipient, type Recording, recordRequests, requestsFor } from './replay.ts';
import { median, type Spent, sideBySide, startClock } from './spent.ts';
import { BATCH, openStand, type Stand, WORKERS } from './stand.ts';

/** How late the slow carrier answers, in milliseconds, and how many workers wait for it: half of the stack's bulk lane. */
const SLOW = 50;
const MANY_WORKERS = 20;
const ROUNDS = 7;
const WARM_UP = 2;

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
    progress('Warm-up, until V8 has compiled what runs');
    for (let round = 0; round < WARM_UP; round++) {
      await people.make(leads, 'due');
      await stand.sendDue();
    }
    const recordings = await recordRequests(await people.make(RECORDED, 'due'), stand.sendDue);
    await rawRate(recordings, await people.make(leads, 'due'));
    let counted = stand.requests.counts();
    const rounds = await sideBySide(
      ROUNDS,
      async (round) => {
        progress(`Round ${round} of ${ROUNDS}: ${leads} texts' raw requests`);
        return rawRate(recordings, await people.make(leads, 'due'));
      },
      async (round) => {
        progress(`Round ${round} of ${ROUNDS}: ${leads} texts through cycle, queue and gate`);
        await people.make(leads, 'due');
        const spent = await stand.sendDue();
        counted = stand.requests.counts();
        if (counted.twilio === leads) return spent;
        throw new Error(`${leads} texts were due and ${counted.twilio} reached Twilio`);
      },
    );
    const rate = (side: 0 | 1) => leads / median(rounds.map((spent) => spent[side].seconds));
    const cpu = (side: 0 | 1) => median(rounds.map((spent) => (spent[side].cpuSeconds * 1000) / leads));
    const ratios = rounds.map(([alone, whole]) => alone.seconds / whole.seconds);
    return [
      raw(`texts through cycle, queue and gate (${leads} due)`, rate(1), 'texts/s'),
      raw('the requests a send cannot do without, alone', rate(0), 'texts/s'),
      atLeast(`ratio of the two, median of ${ROUNDS} rounds`, median(ratios), 'x', 0.75),
      raw('the least of these ratios', Math.min(...ratios), 'x'),
      raw('the greatest of these ratios', Math.max(...ratios), 'x'),
      raw("the functions' CPU time per text", cpu(1), 'ms'),
      raw("the raw requests' CPU time per text", cpu(0), 'ms'),
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

/** The rate with a carrier that takes its time against that with one that answers at once, with many workers. */
async function slowCarrier(
  stand: Stand,
  people: People,
  leads: number,
  progress: (line: string) => void,
): Promise<Figure[]> {
  const after = (milliseconds: number) => async (round: number) => {
    progress(`Round ${round} of ${ROUNDS}: a carrier that answers after ${milliseconds} ms`);
    await people.make(leads, 'due');
    await stand.delayCarrier(milliseconds);
    return stand.sendDue(MANY_WORKERS);
  };
  const rounds = await sideBySide(ROUNDS, after(0), after(SLOW));
  await stand.delayCarrier(0);
  const rate = (side: 0 | 1) => leads / median(rounds.map((spent) => spent[side].seconds));
  const ratio = median(rounds.map(([optInRequest, slow]) => optInRequest.seconds / slow.seconds));
  return [
    raw(`${MANY_WORKERS} workers, a carrier that answers at once`, rate(0), 'texts/s'),
    raw(`${MANY_WORKERS} workers, a carrier that answers after ${SLOW} ms`, rate(1), 'texts/s'),
    atLeast(`rate with the slow carrier against the prompt one, median of ${ROUNDS}`, ratio, 'x', 0.9),
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
