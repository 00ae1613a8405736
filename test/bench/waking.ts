import { setTimeout as sleep } from 'node:timers/promises';
import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { startWaking } from '../../functions/consent-changes/start-jobs.ts';
import { createJobQueue } from '../../lib/jobs/job-queue.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { ALL_SHARDS, WORK_INDEX, waitingWork } from '../../lib/tables/outreach.ts';
import { type BenchOrganization, nameOf, startBenchOrganization } from './bench-organization.ts';
import { atMost, type Figure, raw } from './figure.ts';
import { timeNewProspects } from './lanes.ts';
import { createPeople, type People } from './people.ts';
import { quantile, startClock } from './spent.ts';
import { startWorker } from './worker.ts';

const NEW_PROSPECTS = 20;
const MAXIMUM_MILLISECONDS = 1_800_000;
/** Pause between two counts of the leads that still wait. A count reads all of them, which is work for the engine too. */
const COUNT_INTERVAL_MILLISECONDS = 3000;

/**
 * Measures the waking of every lead after the setting was turned off, with the worker killed once half-way, and the time of
 * priority texts meanwhile.
 */
export async function measureWaking(waiting: number, progress: (line: string) => void): Promise<Figure[]> {
  const bench = await startBenchOrganization(progress);
  try {
    const people = createPeople(bench.names);
    progress('Warm-up');
    await people.make(100, 'due');
    await bench.sendDue();
    await timeNewProspects(bench, people, NEW_PROSPECTS);
    progress(`Seeding ${waiting} waiting leads`);
    await people.make(waiting, 'waiting', { progress });
    return await wakeAll(bench, people, waiting, progress);
  } finally {
    await bench.close();
  }
}

async function wakeAll(
  bench: BenchOrganization,
  people: People,
  waiting: number,
  progress: (line: string) => void,
): Promise<Figure[]> {
  progress('A new prospect’s text on an idle system');
  const idle = await timeNewProspects(bench, people, NEW_PROSPECTS);
  await people.settingsStore.changeSettings({ requireSmsOptIn: false }, 'bench');
  await startWaking(
    { jobs: createJobQueue(bench.sqs, nameOf(bench.names, ENV.jobsQueueUrl)) },
    { reasons: ['waitingForConsent'] },
  );
  const clock = startClock();
  let worker = startWorker('waking');
  progress('Waking everybody; the worker is killed half-way');
  let killedAt: number | undefined;
  const busy: number[] = [];
  let remaining = waiting;
  for (const deadline = Date.now() + MAXIMUM_MILLISECONDS; remaining > 0 && Date.now() < deadline; ) {
    for (const look = Date.now() + COUNT_INTERVAL_MILLISECONDS; Date.now() < look; ) {
      busy.push(...(await timeNewProspects(bench, people, 2)));
    }
    const now = await countWaiting(bench);
    if (now !== remaining) progress(`${waiting - now} of ${waiting} woken`);
    remaining = now;
    if (killedAt === undefined && remaining < waiting / 2) {
      worker.kill('SIGKILL');
      killedAt = remaining;
      await sleep(500);
      worker = startWorker('waking');
    }
  }
  const woken = clock();
  worker.kill('SIGKILL');
  return [
    raw(`waking ${waiting} leads, the worker killed once`, woken.seconds, 's'),
    raw('left to wake when the worker was killed', killedAt ?? 0, 'leads'),
    atMost('left asleep in the end', remaining, 'leads', 0),
    raw('a new prospect’s text on an idle system: median', quantile(idle, 0.5), 'ms'),
    raw('a new prospect’s text while everybody is woken: median', quantile(busy, 0.5), 'ms'),
    atMost('the same against idle', quantile(busy, 0.5) / quantile(idle, 0.5), 'x', 2),
  ];
}

/** Counts the entries of the waiting index that no page of a job has woken. */
async function countWaiting({ names }: BenchOrganization): Promise<number> {
  const client = createDocumentClient();
  const TableName = nameOf(names, ENV.outreachTable);
  const counts = await Promise.all(
    ALL_SHARDS.map(async (shard) => {
      let count = 0;
      const pages = paginateQuery(
        { client },
        {
          TableName,
          IndexName: WORK_INDEX,
          Select: 'COUNT',
          KeyConditionExpression: '#work = :work',
          ExpressionAttributeNames: { '#work': 'work' },
          ExpressionAttributeValues: { ':work': waitingWork(shard) },
        },
      );
      for await (const page of pages) count += page.Count ?? 0;
      return count;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
