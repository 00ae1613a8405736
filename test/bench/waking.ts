import { setTimeout as sleep } from 'node:timers/promises';
import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { createJobs } from '../../functions/consent-changes/jobs.ts';
import { startWaking } from '../../functions/consent-changes/wake.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { ALL_SHARDS, WORK_INDEX, waitingWork } from '../../lib/tables/outreach.ts';
import { atMost, type Figure, raw } from './figure.ts';
import { newProspects } from './lanes.ts';
import { createPeople, type People } from './people.ts';
import { quantile, startClock } from './spent.ts';
import { nameOf, openStand, type Stand } from './stand.ts';
import { startWorker } from './worker.ts';

const NEW_PROSPECTS = 20;
const MOST_MILLISECONDS = 1_800_000;
/** How often is counted who is left: a look at everybody, which is work for the engine too. */
const LOOK_MILLISECONDS = 3000;

/** The setting was turned off: everybody wakes, in pages, whoever is killed meanwhile, and the priority lane stays free. */
export async function measureWaking(waiting: number, progress: (line: string) => void): Promise<Figure[]> {
  const stand = await openStand(progress);
  try {
    const people = createPeople(stand.names);
    progress('Warm-up');
    await people.make(100, 'due');
    await stand.sendDue();
    await newProspects(stand, people, NEW_PROSPECTS);
    progress(`Seeding ${waiting} waiting leads`);
    await people.make(waiting, 'waiting', { progress });
    return await wakeAll(stand, people, waiting, progress);
  } finally {
    await stand.close();
  }
}

async function wakeAll(
  stand: Stand,
  people: People,
  waiting: number,
  progress: (line: string) => void,
): Promise<Figure[]> {
  progress('A new prospect’s text on an idle system');
  const idle = await newProspects(stand, people, NEW_PROSPECTS);
  await people.rules.changeSettings({ requireSmsOptIn: false }, 'bench');
  await startWaking(
    { jobs: createJobs(stand.sqs, nameOf(stand.names, ENV.jobsQueueUrl)) },
    { reasons: ['waitingForConsent'] },
  );
  const clock = startClock();
  let worker = startWorker('waking');
  progress('Waking everybody; the worker is killed half-way');
  let killedAt: number | undefined;
  const busy: number[] = [];
  let remaining = waiting;
  for (const deadline = Date.now() + MOST_MILLISECONDS; remaining > 0 && Date.now() < deadline; ) {
    for (const look = Date.now() + LOOK_MILLISECONDS; Date.now() < look; ) {
      busy.push(...(await newProspects(stand, people, 2)));
    }
    const now = await countWaiting(stand);
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

/** By the waiting index: entries that no page of a job has woken. */
async function countWaiting({ names }: Stand): Promise<number> {
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
