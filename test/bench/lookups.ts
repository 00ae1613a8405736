import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createCrmPreferencesStore } from '../../lib/crm/preferences-store.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { asLambda, context } from '../setup/lambda.ts';
import { type BenchOrganization, nameOf, startBenchOrganization } from './bench-organization.ts';
import { atMost, type Figure, raw } from './figure.ts';
import { createPeople } from './people.ts';
import { measureDynamoDbTime, type RecordedRequest, recordFetches, sendAgain } from './recording.ts';
import { startClock } from './spent.ts';

const MANY = 1000;
const FEW = 100;
const REPLAYS = 3;
const AT_ONCE = 8;
const NUMBERS_PER_READ = 100;
/** The time that the stack gives a run of crm-lookup. A run that is short of time ends, and the next one goes on. */
const RUN_MILLISECONDS = 55_000;
const MAXIMUM_RUNS = 20;

/** Measures the look-up of waiting leads in Salesforce: its calls, and its time beside that of the bare requests. */
export async function measureLookups(progress: (line: string) => void): Promise<Figure[]> {
  const bench = await startBenchOrganization(progress);
  const salesforce = fork(join(import.meta.dirname, 'salesforce-process.ts'));
  try {
    const [url] = (await once(salesforce, 'message')) as [string];
    process.env[ENV.salesforceBaseUrl] = url;
    const { handler } = await import('../../functions/crm-lookup/handler.ts');
    const run = async (): Promise<void> => {
      await asLambda<object, void>(handler)({ sweep: true }, context(RUN_MILLISECONDS));
    };
    await useCrm(bench);
    const people = createPeople(bench.names);
    const round = async (count: number): Promise<Round> => {
      progress(`${count} leads wait, their people are in Salesforce`);
      const numbers = (await people.make(count, 'waiting')).map(({ number }) => number);
      await fillSalesforce(url, numbers);
      progress(`Looking ${count} leads up`);
      return lookUp(bench, url, run, numbers);
    };
    const cold = await round(MANY);
    const few = await round(FEW);
    const many = await round(MANY);
    const kinds = Object.entries(Object.groupBy(cold.requests, kindOf));
    return [
      atMost(
        `Salesforce calls per ${MANY} waiting leads, login and descriptions included`,
        cold.requests.length,
        'calls',
        10,
      ),
      ...kinds.map(([kind, calls = []]) => raw(`of these: ${kind}`, calls.length, 'calls')),
      raw(`Salesforce calls per ${MANY} waiting leads, warm`, many.requests.length, 'calls'),
      ...figuresOf(FEW, few),
      ...figuresOf(MANY, many),
    ];
  } finally {
    salesforce.kill();
    await bench.close();
  }
}

interface Round {
  readonly requests: readonly RecordedRequest[];
  readonly runs: number;
  /** Milliseconds, as in all fields of time. */
  readonly wall: number;
  readonly bare: number;
  readonly salesforce: number;
  readonly dynamodb: number;
  readonly dynamodbRequests: number;
}

function figuresOf(count: number, round: Round): Figure[] {
  const of = (name: string, value: number, unit: string) => raw(`${count} look-ups: ${name}`, value, unit);
  return [
    of('runs', round.runs, 'runs'),
    of('wall time', round.wall, 'ms'),
    of('the same calls, bare', round.bare, 'ms'),
    of('wall time against the bare answers', round.wall / round.bare, 'x'),
    of('of the wall time: a call to Salesforce under way', round.salesforce, 'ms'),
    of('of the wall time: a request to DynamoDB under way', round.dynamodb, 'ms'),
    of('DynamoDB requests per lead', round.dynamodbRequests / count, 'requests'),
  ];
}

/** Runs crm-lookup until every lead is looked up. @throws Error where an opt-in was not found. */
async function lookUp(
  { names, requests }: BenchOrganization,
  url: string,
  run: () => Promise<void>,
  numbers: readonly string[],
): Promise<Round> {
  const measured = { runs: 0, wall: 0, salesforce: 0, dynamodb: 0, dynamodbRequests: 0 };
  const made: RecordedRequest[] = [];
  for (let waiting = numbers; waiting.length > 0; waiting = await undecided(names, waiting)) {
    if (++measured.runs > MAXIMUM_RUNS) throw new Error(`${waiting.length} are still not looked up`);
    requests.reset();
    const clock = startClock();
    const calls = await recordFetches(url, async () => {
      measured.dynamodb += await measureDynamoDbTime(run);
    });
    measured.wall += clock().seconds * 1000;
    measured.salesforce += calls.milliseconds;
    measured.dynamodbRequests += requests.counts().dynamodb;
    made.push(...calls.requests);
  }
  if (made.length === 0) throw new Error('Salesforce was asked nothing');
  const replays: number[] = [];
  while (replays.length < REPLAYS) replays.push(await sendAgain(made));
  return { ...measured, requests: made, bare: Math.min(...replays) };
}

async function undecided(names: BenchOrganization['names'], numbers: readonly string[]): Promise<string[]> {
  const table = nameOf(names, ENV.consentTable);
  const registry = createConsentRegistry({ client: createDocumentClient(), table, now: () => new Date() });
  const left: string[] = [];
  for (let start = 0; start < numbers.length; start += NUMBERS_PER_READ) {
    const states = await registry.readMany(numbers.slice(start, start + NUMBERS_PER_READ));
    left.push(...[...states].filter(([, { status }]) => status === 'none').map(([number]) => number));
  }
  return left;
}

/** Maps two objects: the people's own, and one whose records belong to them. */
async function useCrm({ names }: BenchOrganization): Promise<void> {
  const crm = createCrmPreferencesStore({
    client: createDocumentClient(),
    table: nameOf(names, ENV.configurationTable),
    now: () => new Date(),
  });
  await crm.changePreferences({ enabled: true, product: 'classic' }, 'bench');
  for (const object of ['Prospect', 'Lead Source']) {
    await crm.addMapping({ checkbox: 1, object, field: 'SMS_Opt_In__c' }, 'bench');
  }
}

/** Fills Salesforce: half of the people agreed on their own record, half on that of their lead source. */
async function fillSalesforce(url: string, numbers: readonly string[]): Promise<void> {
  const insert = async (object: string, fields: object): Promise<string> => {
    const body = JSON.stringify({ object, fields });
    const answer = await fetch(`${url}/stand-in/records`, { method: 'POST', body });
    return ((await answer.json()) as { id: string }).id;
  };
  const entries = numbers.entries();
  const worker = async (): Promise<void> => {
    for (const [index, number] of entries) {
      const phone = `(${number.slice(2, 5)}) ${number.slice(5, 8)}-${number.slice(8)}`;
      const agreed = index % 2 === 0;
      const prospect = await insert('i360__Prospect__c', {
        i360__Home_Phone__c: phone,
        SMS_Opt_In__c: agreed,
      });
      await insert('i360__Lead_Source__c', { i360__Prospect__c: prospect, SMS_Opt_In__c: !agreed });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function kindOf({ url, body }: RecordedRequest): string {
  if (url.endsWith('/oauth2/token')) return 'logins';
  if (url.endsWith('/describe')) return 'descriptions';
  return body.includes('Lead_Source') ? 'queries for what belongs to people' : 'queries for people';
}
