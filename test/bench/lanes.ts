import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { httpEvent } from '../setup/http-event.ts';
import { type BenchOrganization, nameOf, startBenchOrganization } from './bench-organization.ts';
import { atLeast, atMost, type Figure, raw } from './figure.ts';
import { createPeople, type People } from './people.ts';
import { quantile, startClock } from './spent.ts';
import { startWorker } from './worker.ts';

/** Number of texts of each kind that are timed on the idle system, and again behind a full bulk lane. */
const TEXTS = 60;
/** Segments a second that the sender takes: as much as 10DLC gives most organizations with a verified brand (docs/facts.md, "Twilio: sending"). */
const SENDER_RATE = 75;
const JSON_BODY = { 'content-type': 'application/json' };

/**
 * Times texts that people wait for while a broadcast is sent: a new prospect's first text, and an agent's.
 *
 * It times them once with the rate limit of a sender, as an organization with so much to send has one, and once without a limit.
 * Without one the broadcast's workers take all that this machine's cores and its one engine have, and any request takes longer.
 */
export async function measureLanes(queued: number, progress: (line: string) => void): Promise<Figure[]> {
  const bench = await startBenchOrganization(progress);
  try {
    const people = createPeople(bench.names);
    progress('Warm-up');
    await people.make(100, 'due');
    await bench.sendDue();
    const measure = await createMeasure(bench, people);
    await measure();
    progress('New prospects’ and agents’ texts on an idle system');
    const idle = await measure();
    await people.make(queued, 'due', { progress });
    progress(`One cycle with ${queued} due`);
    const clock = startClock();
    const [cycle] = await bench.cycle('drip');
    const enqueuing = clock();
    if (cycle?.enqueued !== queued)
      throw new Error(`${queued} were due and ${cycle?.enqueued} were enqueued`);
    await people.settingsStore.changeSettings({ senderSegmentsPerSecond: SENDER_RATE }, 'bench');
    progress(`The same while the gate sends what is queued, ${SENDER_RATE} segments a second`);
    const behind = await measureBehindBroadcast(bench, measure);
    await people.settingsStore.changeSettings({ senderSegmentsPerSecond: null }, 'bench');
    progress('The same while the gate sends what is queued as fast as it can');
    const saturated = await measureBehindBroadcast(bench, measure);
    return [
      raw(`a cycle that enqueues ${queued} texts`, enqueuing.seconds, 's'),
      ...WAITED_FOR.flatMap((what): Figure[] => [
        raw(`${what}, idle: median`, quantile(idle[what], 0.5), 'ms'),
        raw(`${what}, behind a broadcast: median`, quantile(behind[what], 0.5), 'ms'),
        raw(`${what}, behind a broadcast: p95`, quantile(behind[what], 0.95), 'ms'),
        atMost(`${what}, behind a broadcast against idle`, ratioOf(behind, idle, what), 'x', 2),
        raw(`${what}, behind one at full speed against idle`, ratioOf(saturated, idle, what), 'x'),
      ]),
      raw('a raw write, behind a broadcast against idle', ratioOf(behind, idle, RAW), 'x'),
      raw('a raw write, behind one at full speed against idle', ratioOf(saturated, idle, RAW), 'x'),
      raw('texts sent a second behind which', behind.rate, 'texts/s'),
      raw('the same at full speed', saturated.rate, 'texts/s'),
      atLeast('texts still queued in the end', saturated.left, 'texts', 1),
    ];
  } finally {
    await bench.close();
  }
}

const WAITED_FOR = ['a new prospect’s text', 'an agent’s text'] as const;
const RAW = 'a raw write';
/** Milliseconds of each text, and of each raw write. */
type Times = Readonly<Record<(typeof WAITED_FOR)[number] | typeof RAW, readonly number[]>>;

function ratioOf(some: Times, others: Times, what: keyof Times): number {
  return quantile(some[what], 0.5) / quantile(others[what], 0.5);
}

async function measureBehindBroadcast(bench: BenchOrganization, measure: () => Promise<Times>) {
  const bulk = startWorker('bulk');
  try {
    for (const full = await countBulkLane(bench); (await countBulkLane(bench)) > full - 100; );
    const from = await countBulkLane(bench);
    const clock = startClock();
    const times = await measure();
    const left = await countBulkLane(bench);
    return { ...times, left, rate: (from - left) / clock().seconds };
  } finally {
    bulk.kill('SIGKILL');
  }
}

/** Returns a measurement that sends texts of both kinds in turn, with a raw write after each pair. */
async function createMeasure(bench: BenchOrganization, people: People): Promise<() => Promise<Times>> {
  const agent = await createAgent(bench, people);
  const client = createDocumentClient();
  const TableName = nameOf(bench.names, ENV.outreachTable);
  const rawWrite = async (): Promise<number> => {
    const clock = startClock();
    await client.send(new PutCommand({ TableName, Item: { pk: 'BENCH', sk: 'RAW' } }));
    return clock().seconds * 1000;
  };
  return async () => {
    const times = { [WAITED_FOR[0]]: [], [WAITED_FOR[1]]: [], [RAW]: [] } as Record<keyof Times, number[]>;
    for (let one = 0; one < TEXTS; one++) {
      times[WAITED_FOR[0]].push(...(await timeNewProspects(bench, people, 1)));
      times[WAITED_FOR[1]].push(await agent.text());
      times[RAW].push(await rawWrite());
    }
    return times;
  };
}

/** Times new prospects' texts, one after another, from a cycle's start until Twilio has the text. @returns milliseconds. */
export async function timeNewProspects(
  bench: BenchOrganization,
  people: People,
  count: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let one = 0; one < count; one++) {
    await people.make(1, 'due', { kind: 'newProspect' });
    const start = performance.now();
    await bench.cycle('newProspect');
    times.push((await sendPriority(bench)) - start);
  }
  return times;
}

/** Creates an agent who texts people through the admin API. */
async function createAgent(bench: BenchOrganization, people: People) {
  const { handler } = await import('../../functions/admin-api/handler.ts');
  const api = handler as (event: APIGatewayProxyEventV2) => Promise<{ statusCode?: number }>;
  const claims = { sub: 'bench', username: 'bench', 'cognito:groups': '[agent]' };
  return {
    /** @returns milliseconds from the request until Twilio has the text. */
    text: async (): Promise<number> => {
      const [{ number } = { number: '' }] = await people.make(1, 'due', { kind: 'newProspect' });
      const path = `/numbers/${encodeURIComponent(number)}/messages`;
      const body = JSON.stringify({ body: 'Does Tuesday at ten suit you?' });
      const start = performance.now();
      const { statusCode } = await api(httpEvent('POST', path, { body, claims, headers: JSON_BODY }));
      if (statusCode !== 202) throw new Error(`An agent's text was answered ${statusCode}`);
      return (await sendPriority(bench)) - start;
    },
  };
}

/** Sends the texts of the priority lane. @returns when Twilio had answered the last one, by `performance.now`. */
async function sendPriority(bench: BenchOrganization): Promise<number> {
  const sent = bench.requests.counts().twilio;
  await bench.drain(nameOf(bench.names, ENV.priorityQueueUrl), bench.gate, 1);
  if (bench.requests.counts().twilio === sent) throw new Error('Nothing was sent');
  return bench.requests.lastAnswer('twilio');
}

/** Counts the texts in the bulk lane that no worker has taken. */
async function countBulkLane({ sqs, names }: BenchOrganization): Promise<number> {
  const QueueUrl = nameOf(names, ENV.bulkQueueUrl);
  const AttributeNames = ['ApproximateNumberOfMessages' as const];
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  return Number(Attributes?.ApproximateNumberOfMessages);
}
