import { newNumber, submission } from '../flow/organization.ts';
import {
  answerLost,
  conflicting,
  halved,
  type Injection,
  neverArriving,
  partlyRefused,
  silent,
  throttled,
} from './interceptors.ts';
import { arrive, type Builder, type Person } from './people.ts';
import type { Stage } from './stage.ts';

/** Something that goes wrong while people arrive and are texted. */
export interface FaultRow {
  readonly title: string;
  /** Left to npm run bench:faults. */
  readonly isSlow?: boolean;
  /** Switches the fault on. @returns how often it struck by now. */
  begin(stage: Stage): (() => number) | Promise<() => number>;
  /** Who comes; everybody when absent. */
  arrive?(stage: Stage, builder: Builder): Promise<Person[]>;
  /** What each minute brings beside the rest. */
  eachMinute?(stage: Stage): Promise<unknown>;
}

const TICKED = { smsConsent: 'on' };
const BOTH = ['confirmation', 'welcome'] as const;

function onDynamoDb(injection: Injection) {
  return ({ dynamodb }: Stage) => {
    dynamodb.intercept(injection.interceptor);
    return injection.injected;
  };
}

type TwilioFault = Parameters<Stage['world']['twilio']['setFault']>[0];
function onTwilio(...faults: readonly TwilioFault[]) {
  return ({ world: { twilio } }: Stage) => {
    const before = twilio.faultsStruck();
    for (const fault of faults) twilio.setFault(fault);
    return () => twilio.faultsStruck() - before;
  };
}

function onQueues(habits: Stage['clock']['habits']) {
  return ({ clock }: Stage) => {
    const before = clock.misdelivered;
    clock.habits = habits;
    return () => clock.misdelivered - before;
  };
}

export const faultRows: readonly FaultRow[] = [
  { title: 'DynamoDB: one request in four throttled', begin: onDynamoDb(throttled({ oneIn: 4, most: 20 })) },
  {
    title: 'DynamoDB: one transaction in two meets another',
    begin: onDynamoDb(conflicting({ oneIn: 2 })),
  },
  { title: 'DynamoDB: batches read by halves', begin: onDynamoDb(halved({ oneIn: 2 })) },
  {
    title: 'DynamoDB: one connection in five breaks before the request arrives',
    isSlow: true,
    begin: onDynamoDb(neverArriving({ oneIn: 5 })),
  },
  {
    title: 'DynamoDB: one answer in three is lost after the write',
    begin: onDynamoDb(answerLost({ oneIn: 3 })),
  },
  {
    title: 'DynamoDB: carries out and never answers',
    begin: onDynamoDb(silent({ oneIn: 13, most: 4, on: ['GetItem', 'TransactWriteItems', 'PutItem'] })),
  },
  {
    title: 'DynamoDB: nothing arrives for a while',
    isSlow: true,
    begin: onDynamoDb(neverArriving({ oneIn: 1, most: 150 })),
    arrive: ({ world }, builder) => arrive(world, builder, false),
  },
  {
    title: 'DynamoDB: killed and started again on its file',
    begin: (stage) => killing(stage, 60, 3),
  },
  {
    title: 'SQS: takes batches but for an entry',
    begin: ({ sqs }) => {
      const injection = partlyRefused({ oneIn: 1, most: 9 });
      sqs.intercept(injection.interceptor);
      return injection.injected;
    },
  },
  {
    title: 'SQS: one answer in two is lost after the message was taken',
    isSlow: true,
    begin: ({ sqs }) => {
      const injection = answerLost({ oneIn: 2, on: ['SendMessageBatch'] });
      sqs.intercept(injection.interceptor);
      return injection.injected;
    },
  },
  { title: 'SQS: every record twice, at once', begin: onQueues({ doubled: true }) },
  { title: 'SQS: the last record first', isSlow: true, begin: onQueues({ reversed: true }) },
  { title: 'SQS: records come back while they are worked on', isSlow: true, begin: onQueues({ late: true }) },
  {
    title: 'SQS: records that nobody can read',
    begin: async ({ clock }) => {
      const bodies = ['poison', '{"singleTextId":7}', '{"leadId":"x"}'];
      for (const body of bodies) await clock.poison(body);
      return () => bodies.length;
    },
  },
  { title: 'Twilio: 429', begin: onTwilio({ kind: 'error', status: 429, times: 5 }) },
  { title: 'Twilio: 500', isSlow: true, begin: onTwilio({ kind: 'error', status: 500, times: 5 }) },
  {
    title: 'Twilio: the connection breaks before acceptance',
    begin: onTwilio({ kind: 'timeoutBeforeAcceptance', times: 4 }),
  },
  {
    title: 'Twilio: the connection breaks after acceptance, callbacks missing',
    begin: onTwilio({ kind: 'timeoutAfterAcceptance', times: 4 }, { kind: 'callbacks', mode: 'missing' }),
  },
  {
    title: 'Twilio: answers after our time-out, callbacks missing',
    isSlow: true,
    begin: onTwilio({ kind: 'slow', milliseconds: 10_500, times: 3 }, { kind: 'callbacks', mode: 'missing' }),
  },
  {
    title: 'Twilio: callbacks missing',
    isSlow: true,
    begin: onTwilio({ kind: 'callbacks', mode: 'missing' }),
  },
  {
    title: 'Twilio: callbacks doubled',
    isSlow: true,
    begin: onTwilio({ kind: 'callbacks', mode: 'doubled' }),
  },
  { title: 'Twilio: callbacks out of order', begin: onTwilio({ kind: 'callbacks', mode: 'shuffled' }) },
  {
    title: 'Twilio: the webhook of a STOP never comes',
    begin: onTwilio({ kind: 'webhookLost' }),
    arrive: async ({ world }, builder) => {
      const number = newNumber();
      await builder.post(number, TICKED);
      await world.text(number, 'STOP');
      return [{ number, gets: [], waitsFor: BOTH }];
    },
  },
  {
    title: 'Salesforce: sessions expire, connections break, 503',
    begin: ({ world: { salesforce } }) => {
      const before = salesforce.faultsStruck();
      salesforce.setFault({ kind: 'expiredSession', on: 'query', times: 1 });
      salesforce.setFault({ kind: 'reset', times: 2 });
      salesforce.setFault({ kind: 'unavailable', on: 'query', times: 2 });
      return () => salesforce.faultsStruck() - before;
    },
    arrive: async ({ world }) => {
      const number = newNumber();
      await world.admin('PATCH', '/crm/preferences', { enabled: true, product: 'classic' });
      await world.admin('POST', '/crm/mappings', { checkbox: 1, object: 'Prospect', field: 'SMS_Opt_In__c' });
      const phone = `(${number.slice(2, 5)}) ${number.slice(5, 8)}-${number.slice(8)}`;
      const agreed = { i360__Home_Phone__c: phone, SMS_Opt_In__c: true };
      world.salesforce.org.insert('i360__Prospect__c', agreed, new Date(Date.now() - 3_600_000));
      await world.submit('quote', submission(number));
      return [{ number, gets: BOTH, waitsFor: [] }];
    },
    eachMinute: ({ world }) => world.runCrm().catch(() => undefined),
  },
];

/** Kills DynamoDB at one request in so many. What is under way then gets no answer. */
function killing(stage: Stage, oneIn: number, most: number): () => number {
  let met = 0;
  let killed = 0;
  stage.dynamodb.intercept(async (_, forward) => {
    if (++met % oneIn !== 0 || killed === most) return forward();
    killed++;
    await stage.killEngine();
    return 'broken';
  });
  return () => killed;
}
