import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { ENV } from '../../lib/runtime/env.ts';
import { httpEvent } from '../setup/http-event.ts';
import { atLeast, atMost, type Figure, raw } from './figure.ts';
import { createPeople, type People } from './people.ts';
import { quantile, startClock } from './spent.ts';
import { nameOf, openStand, type Stand } from './stand.ts';
import { startWorker } from './worker.ts';

/** Texts of each kind on the idle system, and as many behind a full bulk lane. */
const TEXTS = 60;
const JSON_BODY = { 'content-type': 'application/json' };

/** What somebody waits for against a broadcast that is queued and being sent: a new prospect's first text, and an agent's. */
export async function measureLanes(queued: number, progress: (line: string) => void): Promise<Figure[]> {
  const stand = await openStand(progress);
  try {
    const people = createPeople(stand.names);
    progress('Warm-up');
    await people.make(100, 'due');
    await stand.sendDue();
    const agent = await createAgent(stand, people);
    await newProspects(stand, people, 20);
    await agent.texts(20);

    progress('New prospects’ and agents’ texts on an idle system');
    const idle = { newProspect: await newProspects(stand, people, TEXTS), agent: await agent.texts(TEXTS) };
    await people.make(queued, 'due', { progress });
    progress(`One cycle with ${queued} due`);
    const clock = startClock();
    const [cycle] = await stand.cycle('drip');
    const enqueuing = clock();
    if (cycle?.enqueued !== queued)
      throw new Error(`${queued} were due and ${cycle?.enqueued} were enqueued`);
    const bulk = startWorker('bulk');
    for (const full = await depth(stand); (await depth(stand)) > full - 100; );
    progress('New prospects’ and agents’ texts while the gate sends what is queued');
    const behind = { newProspect: await newProspects(stand, people, TEXTS), agent: await agent.texts(TEXTS) };
    const left = await depth(stand);
    bulk.kill('SIGKILL');
    return [
      raw(`a cycle that enqueues ${queued} texts`, enqueuing.seconds, 's'),
      atLeast('texts still queued in the bulk lane at the end', left, 'texts', 1),
      ...compared('a new prospect’s text, from its cycle to Twilio', idle.newProspect, behind.newProspect),
      ...compared('an agent’s text, from the request to Twilio', idle.agent, behind.agent),
    ];
  } finally {
    await stand.close();
  }
}

function compared(what: string, idle: readonly number[], behind: readonly number[]): Figure[] {
  const [atIdle, atWork] = [quantile(idle, 0.5), quantile(behind, 0.5)];
  return [
    raw(`${what}: median, idle`, atIdle, 'ms'),
    raw(`${what}: median, behind them`, atWork, 'ms'),
    raw(`${what}: p95, behind them`, quantile(behind, 0.95), 'ms'),
    atMost(`${what}: behind them against idle, median`, atWork / atIdle, 'x', 2),
  ];
}

/** How long a new prospect's text takes from a cycle's start until Twilio has it, one after the other, in milliseconds. */
export async function newProspects(stand: Stand, people: People, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let one = 0; one < count; one++) {
    await people.make(1, 'due', { kind: 'newProspect' });
    const clock = startClock();
    await stand.cycle('newProspect');
    await sendPriority(stand);
    times.push(clock().seconds * 1000);
  }
  return times;
}

/** An agent who texts people, through the admin API. */
async function createAgent(stand: Stand, people: People) {
  const { handler } = await import('../../functions/admin-api/handler.ts');
  const api = handler as (event: APIGatewayProxyEventV2) => Promise<{ statusCode?: number }>;
  const claims = { sub: 'bench', username: 'bench', 'cognito:groups': '[agent]' };
  return {
    /** @returns milliseconds from the request until Twilio has the text. */
    texts: async (count: number): Promise<number[]> => {
      const times: number[] = [];
      for (const { number } of await people.make(count, 'due', { kind: 'newProspect' })) {
        const path = `/numbers/${encodeURIComponent(number)}/messages`;
        const body = JSON.stringify({ body: 'Does Tuesday at ten suit you?' });
        const clock = startClock();
        const { statusCode } = await api(httpEvent('POST', path, { body, claims, headers: JSON_BODY }));
        if (statusCode !== 202) throw new Error(`An agent's text was answered ${statusCode}`);
        await sendPriority(stand);
        times.push(clock().seconds * 1000);
      }
      return times;
    },
  };
}

function sendPriority(stand: Stand): Promise<void> {
  return stand.drain(nameOf(stand.names, ENV.priorityQueueUrl), stand.gate, 1);
}

/** Texts in the bulk lane that no worker has taken. */
async function depth({ sqs, names }: Stand): Promise<number> {
  const QueueUrl = nameOf(names, ENV.bulkQueueUrl);
  const AttributeNames = ['ApproximateNumberOfMessages' as const];
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  return Number(Attributes?.ApproximateNumberOfMessages);
}
