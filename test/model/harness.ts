import {
  DeleteMessageBatchCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { BatchWriteCommand, type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { SQSEvent } from 'aws-lambda';
import { vi } from 'vitest';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { dueWorkSchema } from '../../lib/automation/work.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { createMessageStore } from '../../lib/messaging/message-store.ts';
import { createSingleTextStore } from '../../lib/single-texts/single-text-store.ts';
import { setUp } from '../flow/organization.ts';
import { followStream } from '../flow/streams.ts';
import { context, createWorld, SENDER } from '../flow/world.ts';
import { type CrashPlan, createCrashableHandlers, type Sabotage } from './crashable.ts';
import { PEOPLE, type Person } from './history.ts';
import { NO_EVENTS, type PromisedState, promisedStates, TABLE } from './promise.ts';
import { ledgerEventOf } from './registry-snapshot.ts';

export const NUMBERS: Readonly<Record<Person, string>> = {
  Ana: '+13035550101',
  Ben: '+13035550102',
  Cleo: '+13035550103',
};
/** Every history begins at this time. */
const STARTED_AT = '2026-06-01T16:00:00.000Z';
const KINDS = ['newProspect', 'followUp', 'campaign', 'singleText'] as const;
const PROSPECT = 'i360__Prospect__c';
const BATCH_SIZE = 10;

interface Enqueued {
  readonly queue: string;
  readonly body: string;
}

/** Breaks the organization on purpose, so that a test can show that the model notices. */
export interface HarnessOptions extends Sabotage {
  /** consent-changes does not read its streams. */
  readonly ignoresStreams?: boolean;
  /** Replaces the transition table of the promise. */
  readonly table?: typeof TABLE;
}

export type Harness = Awaited<ReturnType<typeof createHarness>>;

/** Creates an organization in which histories are played one after another. The harness moves its clock, queues and streams. */
export async function createHarness() {
  let options: HarnessOptions = {};
  const world = await createWorld();
  const { tables, handlers, twilio } = world;
  const sqs = new SQSClient({});
  let crashable = await createCrashableHandlers(tables.client, options);
  const streams = [await followStream(tables.consentTable), await followStream(tables.configurationTable)];
  let followed: unknown[] = [];

  const now = () => new Date();
  const outreach = { client: tables.client, table: tables.outreachTable, now };
  const registry = createConsentRegistry({ client: tables.client, table: tables.consentTable, now });

  const harness = {
    world,
    /** Breaks the organization; with `{}`, repairs it. */
    async sabotage(given: HarnessOptions): Promise<void> {
      options = given;
      crashable = await createCrashableHandlers(tables.client, given);
    },
    submitUntilCrash: (formId: string, body: string, crashesAt: number) =>
      crashable.form(formId, body, crashesAt),
    receiveUntilCrash: (text: Parameters<typeof crashable.inbound>[0], crashesAt: number) =>
      crashable.inbound(text, crashesAt),
    /** Returns the transition table of the promise. */
    transitionTable: () => options.table ?? TABLE,
    registry,
    messages: createMessageStore(outreach),
    enrollments: createEnrollmentStore(outreach),
    leadStore: createLeadStore(outreach),
    singleTexts: createSingleTextStore(outreach),
    /** Reads the version of each number's consent. */
    async consentVersions(): Promise<ReadonlyMap<string, number>> {
      const states = await registry.readMany(Object.values(NUMBERS));
      return new Map([...states].map(([number, { version }]) => [number, version]));
    },
    /** Derives a number's state now from its ledger, by the promise. */
    promisedState: async (number: string): Promise<PromisedState> =>
      promisedStates((await registry.events(number)).map(ledgerEventOf), harness.transitionTable()).at(-1) ??
      NO_EVENTS,
    /** Lists every lead, oldest first. */
    listLeads: async () => (await harness.leadStore.list(100)).leads.toReversed(),
    questionVersion: async (formId: string): Promise<string> => {
      const answer = await world.call(handlers.form, 'GET', `/forms/${formId}/opt-in-question`, {
        pathParameters: { formId },
        headers: { accept: 'application/json' },
      });
      return String(answer.json['version']);
    },
    passTime(seconds: number): void {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
    },
    /** Puts everything back to the first day. */
    async reset(): Promise<void> {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(STARTED_AT) });
      twilio.clearFaults();
      await twilio.settle();
      for (const who of PEOPLE) await unblock(NUMBERS[who]);
      for (const { sid } of [...twilio.messages()]) twilio.removeText(sid);
      await Promise.all(
        [tables.consentTable, tables.outreachTable].map((table) => clear(tables.client, table)),
      );
      for (const record of world.salesforce.org.all(PROSPECT)) record['SMS_Opt_In__c'] = false;
      const urls = [tables.priorityQueueUrl, tables.bulkQueueUrl, tables.jobsQueueUrl];
      for (const QueueUrl of urls) await sqs.send(new PurgeQueueCommand({ QueueUrl }));
      for (const stream of streams) await stream.next();
      followed = [];
    },
    /** Hands the changes to consent-changes. @param isReplay hands it again what it has followed before, too. */
    async follow(isReplay = false): Promise<void> {
      const fresh = (await Promise.all(streams.map((stream) => stream.next()))).flat();
      const records = isReplay ? [...followed, ...fresh] : fresh;
      followed.push(...fresh);
      if (options.ignoresStreams) return;
      if (records.length > 0) {
        const { batchItemFailures } = await handlers.changes({ Records: records as never[] });
        if (batchItemFailures.length > 0) throw new Error('consent-changes could not follow a change');
      }
      for (
        let jobs = await take([tables.jobsQueueUrl]);
        jobs.length > 0;
        jobs = await take([tables.jobsQueueUrl])
      ) {
        for (const { body } of jobs) await handlers.jobs({ Records: [{ messageId: '1', body }] } as SQSEvent);
      }
    },
    async enqueue(): Promise<void> {
      for (const kind of KINDS) await handlers.cycle({ kind }, context());
    },
    /** Lets the gate take what is enqueued. What it does not acknowledge goes back into its queue. */
    async drain(
      order: { twice?: boolean; reversed?: boolean } = {},
      crashPlan: CrashPlan = {},
    ): Promise<void> {
      let records = await take([tables.priorityQueueUrl, tables.bulkQueueUrl]);
      if (order.twice) records = records.flatMap((record) => [record, record]);
      if (order.reversed) records = records.toReversed();
      const isSabotaged = options.client !== undefined || options.carrier !== undefined;
      const isPlanned = crashPlan.crashesAt !== undefined || crashPlan.meanwhile !== undefined;
      let batchPlan = crashPlan;
      for (let from = 0; from < records.length; from += BATCH_SIZE) {
        const batch = records.slice(from, from + BATCH_SIZE);
        const failed =
          isSabotaged || isPlanned ? await runCrashableGate(batch, batchPlan) : await runGate(batch);
        batchPlan = {};
        for (const { queue, body } of failed) {
          await sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: body }));
        }
      }
      await twilio.settle();
    },
    async cycle(): Promise<void> {
      await harness.follow();
      await harness.enqueue();
      await harness.drain();
    },
    /** Sets the opt-in field of a person's prospect in the CRM to true. */
    setCrmOptIn(who: Person, at: Date): void {
      const { org } = world.salesforce;
      const prospect = org.all(PROSPECT).find((record) => record['i360__Home_Phone__c'] === NUMBERS[who]);
      if (prospect) org.update(PROSPECT, prospect.Id, { SMS_Opt_In__c: true }, at);
      else org.insert(PROSPECT, { i360__Home_Phone__c: NUMBERS[who], SMS_Opt_In__c: true }, at);
    },
    async close(): Promise<void> {
      vi.useRealTimers();
      sqs.destroy();
      await world.close();
    },
  };

  async function runGate(batch: readonly Enqueued[]): Promise<Enqueued[]> {
    const Records = batch.map(({ body }, index) => ({ messageId: String(index), body }));
    const { batchItemFailures } = await handlers.gate({ Records } as SQSEvent);
    if (batchItemFailures.length > 0)
      throw new Error('The gate gave records back that nothing was wrong with');
    return [];
  }

  async function runCrashableGate(batch: readonly Enqueued[], plan: CrashPlan): Promise<readonly Enqueued[]> {
    const result = await crashable.gate(
      batch.map(({ body }, index) => ({
        messageId: String(index),
        content: dueWorkSchema.parse(JSON.parse(body)),
      })),
      plan,
    );
    if (result === 'crashed') return batch;
    if (result.failed.length > 0) throw result.failed[0]?.error;
    return [];
  }

  async function take(urls: readonly string[]): Promise<Enqueued[]> {
    const taken: Enqueued[] = [];
    for (const queue of urls) {
      for (;;) {
        const received = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: BATCH_SIZE }),
        );
        const messages = received.Messages ?? [];
        if (messages.length === 0) break;
        taken.push(...messages.map(({ Body = '' }) => ({ queue, body: Body })));
        const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue, Entries }));
      }
    }
    return taken;
  }

  /** Takes a number off Twilio's STOP list without telling sendgate. */
  async function unblock(number: string): Promise<void> {
    if (!twilio.isBlocked(number)) return;
    twilio.setFault({ kind: 'webhookLost', to: number, times: 1 });
    await twilio.inbound({ from: number, to: SENDER, body: 'START' });
  }

  await configureOrganization(harness.world);
  return harness;
}

/** Creates three forms, the automations that they start, a keyword with an automation tied to it, and a CRM mapping. */
async function configureOrganization(world: Awaited<ReturnType<typeof createWorld>>): Promise<void> {
  const put = async (path: string, body: object) => {
    const answer = await world.admin('PUT', path, body);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.body}`);
  };
  await setUp(world);
  await put('/keywords/ROOF', {});
  const roofs = [{ delay: 'PT0S', template: 'Roofs, {{firstName|there}}!' }];
  await put('/automations/roofs', {
    id: 'roofs',
    kind: 'newProspect',
    name: 'roofs',
    keyword: 'ROOF',
    steps: roofs,
  });
  // Every history posts from one address, thousands of times.
  const limits = { perMinute: 10_000, perAddressPerMinute: 10_000 };
  const box = { number: 1, field: 'smsConsent', wordsShown: 'I agree to get texts.' };
  await put('/forms/quote', {
    id: 'quote',
    limits,
    name: 'quote',
    checkboxes: [box],
    automations: ['welcome', 'roofs'],
  });
  await put('/forms/contact', {
    id: 'contact',
    limits,
    name: 'contact',
    disclaimer: 'By submitting you agree to get texts.',
    automations: ['welcome', 'follow-up'],
  });
  await put('/forms/ask', {
    id: 'ask',
    limits,
    name: 'ask',
    optInQuestion: { required: true },
    automations: ['welcome'],
  });
  await world.admin('PATCH', '/crm/preferences', { enabled: true, product: 'classic' });
  // No form has this checkbox, so that nothing is written back.
  const mapping = { checkbox: 2, object: 'Prospect', field: 'SMS_Opt_In__c' };
  const mapped = await world.admin('POST', '/crm/mappings', mapping);
  if (mapped.status !== 201) throw new Error(mapped.body);
}

async function clear(client: DynamoDBDocumentClient, table: string): Promise<void> {
  const pages = paginateScan(
    { client },
    { TableName: table, ProjectionExpression: 'pk, sk', ConsistentRead: true },
  );
  for await (const { Items = [] } of pages) {
    for (let from = 0; from < Items.length; from += 25) {
      const deletes = Items.slice(from, from + 25).map((Key) => ({ DeleteRequest: { Key } }));
      await client.send(new BatchWriteCommand({ RequestItems: { [table]: deletes } }));
    }
  }
}
