import { newNumber, submission } from '../flow/organization.ts';
import type { FaultHarness } from './harness.ts';
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
import { addPeople, type FormBuilder, type Person } from './people.ts';

/** A fault that strikes while people submit forms and are texted. */
export interface FaultScenario {
  readonly title: string;
  /** Runs in npm run bench:faults only. */
  readonly isSlow?: boolean;
  /** Switches the fault on. @returns a function that tells how often the fault has struck by now. */
  inject(harness: FaultHarness): (() => number) | Promise<() => number>;
  /** Adds the people of this scenario; when absent, `addPeople` of people.ts adds everybody. */
  addPeople?(harness: FaultHarness, builder: FormBuilder): Promise<Person[]>;
  /** Does something each minute besides what the harness does. */
  eachMinute?(harness: FaultHarness): Promise<unknown>;
}

const TICKED = { smsConsent: 'on' };
const BOTH = ['confirmation', 'welcome'] as const;

function onDynamoDb(injection: Injection) {
  return ({ dynamodb }: FaultHarness) => {
    dynamodb.intercept(injection.interceptor);
    return injection.injected;
  };
}

type TwilioFault = Parameters<FaultHarness['world']['twilio']['setFault']>[0];
function onTwilio(...faults: readonly TwilioFault[]) {
  return ({ world: { twilio } }: FaultHarness) => {
    const before = twilio.faultsStruck();
    for (const fault of faults) twilio.setFault(fault);
    return () => twilio.faultsStruck() - before;
  };
}

function onQueues(habits: FaultHarness['scheduler']['habits']) {
  return ({ scheduler }: FaultHarness) => {
    const before = scheduler.misdelivered;
    scheduler.habits = habits;
    return () => scheduler.misdelivered - before;
  };
}

export const faultScenarios: readonly FaultScenario[] = [
  {
    title: 'DynamoDB: one request in four throttled',
    inject: onDynamoDb(throttled({ oneIn: 4, maximum: 20 })),
  },
  {
    title: 'DynamoDB: one transaction in two meets another',
    inject: onDynamoDb(conflicting({ oneIn: 2 })),
  },
  { title: 'DynamoDB: batches read by halves', inject: onDynamoDb(halved({ oneIn: 2 })) },
  {
    title: 'DynamoDB: one connection in five breaks before the request arrives',
    isSlow: true,
    inject: onDynamoDb(neverArriving({ oneIn: 5 })),
  },
  {
    title: 'DynamoDB: one answer in three is lost after the write',
    inject: onDynamoDb(answerLost({ oneIn: 3 })),
  },
  {
    title: 'DynamoDB: carries out and never answers',
    inject: onDynamoDb(
      silent({ oneIn: 13, maximum: 4, actions: ['GetItem', 'TransactWriteItems', 'PutItem'] }),
    ),
  },
  {
    title: 'DynamoDB: nothing arrives for a while',
    isSlow: true,
    inject: onDynamoDb(neverArriving({ oneIn: 1, maximum: 150 })),
    addPeople: ({ world }, builder) => addPeople(world, builder, false),
  },
  {
    title: 'DynamoDB: killed and started again on its file',
    inject: (harness) => injectEngineKills(harness, 60, 3),
  },
  {
    title: 'SQS: takes batches but for an entry',
    inject: ({ sqs }) => {
      const injection = partlyRefused({ oneIn: 1, maximum: 9 });
      sqs.intercept(injection.interceptor);
      return injection.injected;
    },
  },
  {
    title: 'SQS: one answer in two is lost after the message was taken',
    isSlow: true,
    inject: ({ sqs }) => {
      const injection = answerLost({ oneIn: 2, actions: ['SendMessageBatch'] });
      sqs.intercept(injection.interceptor);
      return injection.injected;
    },
  },
  { title: 'SQS: every record twice, at once', inject: onQueues({ doubled: true }) },
  { title: 'SQS: the last record first', isSlow: true, inject: onQueues({ reversed: true }) },
  {
    title: 'SQS: records come back while they are worked on',
    isSlow: true,
    inject: onQueues({ late: true }),
  },
  {
    title: 'SQS: records that nobody can read',
    inject: async ({ scheduler }) => {
      const bodies = ['poison', '{"singleTextId":7}', '{"leadId":"x"}'];
      for (const body of bodies) await scheduler.poison(body);
      return () => bodies.length;
    },
  },
  { title: 'Twilio: 429', inject: onTwilio({ kind: 'error', status: 429, times: 5 }) },
  { title: 'Twilio: 500', isSlow: true, inject: onTwilio({ kind: 'error', status: 500, times: 5 }) },
  {
    title: 'Twilio: the connection breaks before acceptance',
    inject: onTwilio({ kind: 'timeoutBeforeAcceptance', times: 4 }),
  },
  {
    title: 'Twilio: the connection breaks after acceptance, callbacks missing',
    inject: onTwilio({ kind: 'timeoutAfterAcceptance', times: 4 }, { kind: 'callbacks', mode: 'missing' }),
  },
  {
    title: 'Twilio: answers after our time-out, callbacks missing',
    isSlow: true,
    inject: onTwilio(
      { kind: 'slow', milliseconds: 10_500, times: 3 },
      { kind: 'callbacks', mode: 'missing' },
    ),
  },
  {
    title: 'Twilio: callbacks missing',
    isSlow: true,
    inject: onTwilio({ kind: 'callbacks', mode: 'missing' }),
  },
  {
    title: 'Twilio: callbacks doubled',
    isSlow: true,
    inject: onTwilio({ kind: 'callbacks', mode: 'doubled' }),
  },
  { title: 'Twilio: callbacks out of order', inject: onTwilio({ kind: 'callbacks', mode: 'shuffled' }) },
  {
    title: 'Twilio: the webhook of a STOP never comes',
    inject: onTwilio({ kind: 'webhookLost' }),
    addPeople: async ({ world }, builder) => {
      const number = newNumber();
      await builder.post(number, TICKED);
      await world.text(number, 'STOP');
      return [{ number, receives: [], waitsFor: BOTH }];
    },
  },
  {
    title: 'Salesforce: sessions expire, connections break, 503',
    inject: ({ world: { salesforce } }) => {
      const before = salesforce.faultsStruck();
      salesforce.setFault({ kind: 'expiredSession', on: 'query', times: 1 });
      salesforce.setFault({ kind: 'reset', times: 2 });
      salesforce.setFault({ kind: 'unavailable', on: 'query', times: 2 });
      return () => salesforce.faultsStruck() - before;
    },
    addPeople: async ({ world }) => {
      const number = newNumber();
      await world.admin('PATCH', '/crm/preferences', { enabled: true, product: 'classic' });
      await world.admin('POST', '/crm/mappings', { checkbox: 1, object: 'Prospect', field: 'SMS_Opt_In__c' });
      const phone = `(${number.slice(2, 5)}) ${number.slice(5, 8)}-${number.slice(8)}`;
      const agreed = { i360__Home_Phone__c: phone, SMS_Opt_In__c: true };
      world.salesforce.org.insert('i360__Prospect__c', agreed, new Date(Date.now() - 3_600_000));
      await world.submit('quote', submission(number));
      return [{ number, receives: BOTH, waitsFor: [] }];
    },
    eachMinute: ({ world }) => world.runCrm().catch(() => undefined),
  },
];

/** Kills DynamoDB at one in `oneIn` requests. The requests under way get no answer. */
function injectEngineKills(harness: FaultHarness, oneIn: number, maximum: number): () => number {
  let requests = 0;
  let killed = 0;
  harness.dynamodb.intercept(async (_, forward) => {
    if (++requests % oneIn !== 0 || killed === maximum) return forward();
    killed++;
    await harness.killEngine();
    return 'broken';
  });
  return () => killed;
}
