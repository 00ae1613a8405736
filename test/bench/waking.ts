import { setTimeout as sleep } from 'node:timers/promises';
import { createJobs } from '../../functions/consent-changes/jobs.ts';
import { startWaking } from '../../functions/consent-changes/wake.ts';
import { SHARDS } from '../../lib/automation/work.ts';
import { createWorkIndex } from '../../lib/automation/work-index.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { atMost, type Figure, raw } from './figure.ts';
import { createPeople } from './people.ts';
import { quantile, startClock } from './spent.ts';
import { nameOf, openStand, type Stand } from './stand.ts';
import { startWorker } from './worker.ts';

const NEW_PROSPECTS = 20;
const MOST_MILLISECONDS = 900_000;

/** The setting was turned off: everybody wakes, in pages, whoever is killed meanwhile, and the priority lane stays free. */
export async function measureWaking(waiting: number, progress: (line: string) => void): Promise<Figure[]> {
  const stand = await openStand(progress);
  try {
    const people = createPeople(stand.names);
    progress('Warm-up');
    await people.make(100, 'due');
    await stand.sendDue();
    await newProspects(stand, people);
    progress(`Seeding ${waiting} waiting leads`);
    await people.make(waiting, 'waiting', { progress });
    return await wakeAll(stand, people, waiting, progress);
  } finally {
    await stand.close();
  }
}

async function wakeAll(
  stand: Stand,
  people: ReturnType<typeof createPeople>,
  waiting: number,
  progress: (line: string) => void,
): Promise<Figure[]> {
  progress('A new prospect’s text on an idle system');
  const idle = await newProspects(stand, people);
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
    busy.push(...(await newProspects(stand, people, 2)));
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
  progress(`The bulk lane: one cycle with ${waiting} due`);
  const queued = (await stand.cycle('drip'))[0]?.enqueued ?? 0;
  progress('New prospects’ texts with that many queued, and the gate at work on them');
  const bulk = startWorker('bulk');
  // By then it is at work.
  await sleep(3000);
  const behind = await newProspects(stand, people);
  bulk.kill('SIGKILL');
  return [
    raw(`waking ${waiting} leads, the worker killed once`, woken.seconds, 's'),
    raw('left to wake when the worker was killed', killedAt ?? 0, 'leads'),
    atMost('left asleep in the end', remaining, 'leads', 0),
    raw('a new prospect’s text on an idle system: median', quantile(idle, 0.5), 'ms'),
    raw('a new prospect’s text while everybody is woken: median', quantile(busy, 0.5), 'ms'),
    raw('broadcast texts queued', queued, 'texts'),
    atMost(
      'a new prospect’s text behind them, against idle: median',
      quantile(behind, 0.5) / quantile(idle, 0.5),
      'x',
      2,
    ),
  ];
}

/** How long a new prospect's text takes from a cycle's start until Twilio has it, one after the other. */
async function newProspects(
  stand: Stand,
  people: ReturnType<typeof createPeople>,
  count = NEW_PROSPECTS,
): Promise<number[]> {
  const times: number[] = [];
  for (let one = 0; one < count; one++) {
    await people.make(1, 'due', { kind: 'newProspect' });
    const clock = startClock();
    await stand.cycle('newProspect');
    await stand.drain(nameOf(stand.names, ENV.priorityQueueUrl), stand.gate, 1);
    times.push(clock().seconds * 1000);
  }
  return times;
}

async function countWaiting(stand: Stand): Promise<number> {
  const index = createWorkIndex({
    client: createDocumentClient(),
    table: nameOf(stand.names, ENV.outreachTable),
  });
  let left = 0;
  for (let shard = 0; shard < SHARDS; shard++) {
    let cursor: Awaited<ReturnType<typeof index.waiting>>['next'];
    do {
      const page = await index.waiting(shard, 10_000, cursor);
      left += page.entries.length;
      cursor = page.next;
    } while (cursor);
  }
  return left;
}
