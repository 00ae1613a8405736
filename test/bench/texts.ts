import type { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { BATCH_SIZE, type BenchOrganization, startBenchOrganization, WORKERS } from './bench-organization.ts';
import { atLeast, atMost, type Figure, raw } from './figure.ts';
import { createPeople, type People } from './people.ts';
import { OWNERS, profile } from './profile.ts';
import { type Recipient, type Recording, recordRequests, requestsFor } from './replay.ts';
import { measureSideBySide, median, type Spent, startClock } from './spent.ts';

/** Delay of the slow carrier's answers, and the number of workers that wait for it: half of the stack's bulk lane. */
const SLOW_CARRIER_MILLISECONDS = 50;
const MANY_WORKERS = 20;
const ROUNDS = 7;
const WARM_UP = 2;

/** Number of texts whose requests are recorded: enough to have some in every shard. */
const RECORDED = 40;

/**
 * Measures texts per second through cycle, queue and gate with real handlers, the real Twilio client and the local engines, and in
 * the same run the rate of only the requests that a send cannot do without.
 */
export async function measureTexts(leads: number, progress: (line: string) => void): Promise<Figure[]> {
  const bench = await startBenchOrganization(progress);
  try {
    const people = createPeople(bench.names);
    progress('Warm-up, until V8 has compiled what runs');
    for (let round = 0; round < WARM_UP; round++) {
      await people.make(leads, 'due');
      await bench.sendDue();
    }
    const recordings = await recordRequests(await people.make(RECORDED, 'due'), bench.sendDue);
    await sendRaw(recordings, await people.make(leads, 'due'));
    let counted = bench.requests.counts();
    const rounds = await measureSideBySide(
      ROUNDS,
      async (round) => {
        progress(`Round ${round} of ${ROUNDS}: ${leads} texts' raw requests`);
        return sendRaw(recordings, await people.make(leads, 'due'));
      },
      async (round) => {
        progress(`Round ${round} of ${ROUNDS}: ${leads} texts through cycle, queue and gate`);
        await people.make(leads, 'due');
        const spent = await bench.sendDue();
        counted = bench.requests.counts();
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
      ...(await profileTexts(bench, people, recordings, leads, progress)),
      ...(await compareSlowCarrier(bench, people, leads, progress)),
    ];
  } finally {
    await bench.close();
  }
}

/** Profiles the CPU time of a text, and that of its raw requests. */
async function profileTexts(
  bench: BenchOrganization,
  people: People,
  recordings: readonly Recording[],
  leads: number,
  progress: (line: string) => void,
): Promise<Figure[]> {
  progress(`${leads} texts' raw requests and ${leads} texts, each under the profiler`);
  const recipients = await people.make(leads, 'due');
  const ofRaw = await profile(() => sendRaw(recordings, recipients));
  await people.make(leads, 'due');
  const ofWhole = await profile(() => bench.sendDue());
  return OWNERS.flatMap((owner) => [
    raw(`profile of a text: ${owner}`, (ofWhole.get(owner) ?? 0) / leads, 'ms'),
    raw(`profile of its raw requests: ${owner}`, (ofRaw.get(owner) ?? 0) / leads, 'ms'),
  ]);
}

/** Compares the rates with a slow carrier and with one that answers at once, with many workers. */
async function compareSlowCarrier(
  bench: BenchOrganization,
  people: People,
  leads: number,
  progress: (line: string) => void,
): Promise<Figure[]> {
  const after = (milliseconds: number) => async (round: number) => {
    progress(`Round ${round} of ${ROUNDS}: a carrier that answers after ${milliseconds} ms`);
    await people.make(leads, 'due');
    await bench.delayCarrier(milliseconds);
    return bench.sendDue(MANY_WORKERS);
  };
  const rounds = await measureSideBySide(ROUNDS, after(0), after(SLOW_CARRIER_MILLISECONDS));
  await bench.delayCarrier(0);
  const rate = (side: 0 | 1) => leads / median(rounds.map((spent) => spent[side].seconds));
  const ratio = median(rounds.map(([fast, slow]) => fast.seconds / slow.seconds));
  return [
    raw(`${MANY_WORKERS} workers, a carrier that answers at once`, rate(0), 'texts/s'),
    raw(
      `${MANY_WORKERS} workers, a carrier that answers after ${SLOW_CARRIER_MILLISECONDS} ms`,
      rate(1),
      'texts/s',
    ),
    atLeast(`rate with the slow carrier against the prompt one, median of ${ROUNDS}`, ratio, 'x', 0.9),
  ];
}

/**
 * Sends the send transaction and the update with the result, as the gate makes them, for other leads and at the same concurrency.
 * The requests are built before the clock starts, so that it times the SDK, the wire and the engine.
 */
async function sendRaw(recordings: readonly Recording[], recipients: readonly Recipient[]): Promise<Spent> {
  const client = createDocumentClient();
  const texts = recipients.map((recipient, index) => requestsFor(recordings, index, recipient)).values();
  const clock = startClock();
  await Promise.all(
    Array.from({ length: WORKERS * BATCH_SIZE }, async () => {
      for (const requests of texts) {
        for (const request of requests) await client.send(request as TransactWriteCommand);
      }
    }),
  );
  return clock();
}
