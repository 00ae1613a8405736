import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { createWatermarks } from '../../functions/automation-cycle/watermarks.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { type BenchOrganization, nameOf, startBenchOrganization } from './bench-organization.ts';
import { atMost, type Figure, raw } from './figure.ts';
import { createPeople } from './people.ts';
import { quantile, startClock } from './spent.ts';

const DUE = 1000;
const CYCLES = 15;

/**
 * X4: times a cycle with 1,000 due texts while no lead waits for consent, and while many do.
 *
 * @param sizes numbers of waiting leads, ascending, from 0.
 */
export async function measureWaiting(
  sizes: readonly number[],
  progress: (line: string) => void,
): Promise<Figure[]> {
  const bench = await startBenchOrganization(progress);
  try {
    const people = createPeople(bench.names);
    await people.make(200, 'due');
    await bench.sendDue();
    progress(`Seeding ${DUE} due leads`);
    await people.make(DUE, 'due');
    const figures: Figure[] = [];
    const measured: Cycles[] = [];
    let waiting = 0;
    for (const size of sizes) {
      const clock = startClock();
      if (size > waiting) {
        await people.make(size - waiting, 'waiting', { progress });
        figures.push(raw(`seeding ${size - waiting} waiting leads`, clock().seconds, 's'));
      }
      waiting = size;
      progress(`${CYCLES} cycles with ${DUE} due and ${size} waiting`);
      const cycles = await runCycles(bench);
      measured.push(cycles);
      figures.push(raw(`cycle with ${DUE} due and ${size} waiting: least`, cycles.least, 'ms'));
      figures.push(raw(`cycle with ${DUE} due and ${size} waiting: median`, cycles.median, 'ms'));
      figures.push(raw(`cycle with ${DUE} due and ${size} waiting: DynamoDB`, cycles.dynamodb, 'requests'));
    }
    const [none] = measured;
    const most = measured.at(-1);
    if (none && most && waiting > 0) {
      const name = `cycle with ${waiting} waiting against none`;
      figures.push(atMost(`${name}: least`, most.least / none.least, 'x', 1.1));
      figures.push(raw(`${name}: median`, most.median / none.median, 'x'));
      figures.push(atMost(`${name}: DynamoDB requests`, most.dynamodb / none.dynamodb, 'x', 1));
    }
    return figures;
  } finally {
    await bench.close();
  }
}

interface Cycles {
  /** Milliseconds of the fastest cycle. */
  readonly least: number;
  readonly median: number;
  /** DynamoDB requests of one cycle. */
  readonly dynamodb: number;
}

/** Runs the same cycle again and again: it starts without watermarks and with an empty queue, so it has the same texts to enqueue. */
async function runCycles(bench: BenchOrganization): Promise<Cycles> {
  const watermarks = createWatermarks(createDocumentClient(), nameOf(bench.names, ENV.outreachTable));
  const queue = nameOf(bench.names, ENV.bulkQueueUrl);
  const times: number[] = [];
  let dynamodb = 0;
  for (let run = 0; run < CYCLES; run++) {
    await watermarks.write('drip', {});
    bench.requests.reset();
    const clock = startClock();
    const [result] = await bench.cycle('drip');
    times.push(clock().seconds * 1000);
    dynamodb = bench.requests.counts().dynamodb;
    if (result?.enqueued !== DUE) throw new Error(`${DUE} were due and ${result?.enqueued} were enqueued`);
    await bench.sqs.send(new PurgeQueueCommand({ QueueUrl: queue }));
  }
  return { least: Math.min(...times), median: quantile(times, 0.5), dynamodb };
}
