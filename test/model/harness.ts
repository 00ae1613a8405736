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
import { NOBODY, type Standpoint, standpoints, TABLE } from './promise.ts';
import { factOf } from './registry-snapshot.ts';

export const NUMBERS: Readonly<Record<Person, string>> = {
  Ana: '+13035550101',
  Ben: '+13035550102',
  Cleo: '+13035550103',
};
/** When every history begins. */
const BEGINNING = '2026-06-01T16:00:00.000Z';
const KINDS = ['newProspect', 'followUp', 'campaign', 'singleText'] as const;
const PROSPECT = 'i360__Prospect__c';
const BATCH = 10;

interface Enqueued {
  readonly queue: string;
  readonly body: string;
}

/** What breaks the organization on purpose, to see that the model notices. */
export interface HarnessOptions extends Sabotage {
  /** Nobody follows the changes of consent. */
  readonly isDeaf?: boolean;
  /** Another promise than ours. */
  readonly table?: typeof TABLE;
}

export type Harness = Awaited<ReturnType<typeof createHarness>>;

/** An organization that one history after another is played in: its clock, queues and streams are in our hands. */
export async function createHarness() {
  let options: HarnessOptions = {};
  const world = await createWorld();
  const { tables, handlers, twilio } = world;
  const sqs = new SQSClient({});
  let mortals = await createCrashableHandlers(tables.client, options);
  const streams = [await followStream(tables.consentTable), await followStream(tables.configurationTable)];
  let followed: unknown[] = [];

  const now = () => new Date();
  const outreach = { client: tables.client, table: tables.outreachTable, now };
  const registry = createConsentRegistry({ client: tables.client, table: tables.consentTable, now });

  const rig = {
    world,
    /** Breaks the organization, or with `{}` heals it. */
    async sabotage(given: HarnessOptions): Promise<void> {
      options = given;
      mortals = await createCrashableHandlers(tables.client, given);
    },
    form: (formId: string, body: string, dies: number) => mortals.form(formId, body, dies),
    inbound: (text: Parameters<typeof mortals.inbound>[0], dies: number) => mortals.inbound(text, dies),
    /** The transition table of the promise. */
    table: () => options.table ?? TABLE,
    registry,
    messages: createMessageStore(outreach),
    enrollments: createEnrollmentStore(outreach),
    leadStore: createLeadStore(outreach),
    singleTexts: createSingleTextStore(outreach),
    /** The version that each number's consent is at. */
    async versions(): Promise<ReadonlyMap<string, number>> {
      const states = await registry.readMany(Object.values(NUMBERS));
      return new Map([...states].map(([number, { version }]) => [number, version]));
    },
    /** Where a number stands by the promise. */
    consentNow: async (number: string): Promise<Standpoint> =>
      standpoints((await registry.events(number)).map(factOf), rig.table()).at(-1) ?? NOBODY,
    /** Every lead, oldest first. */
    leads: async () => (await rig.leadStore.list(100)).leads.toReversed(),
    questionVersion: async (formId: string): Promise<string> => {
      const answer = await world.call(handlers.form, 'GET', `/forms/${formId}/opt-in-question`, {
        pathParameters: { formId },
        headers: { accept: 'application/json' },
      });
      return String(answer.json['version']);
    },
    pass(seconds: number): void {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
    },
    /** Everything as on the first day. */
    async reset(): Promise<void> {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(BEGINNING) });
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
    /** Lets consent-changes follow what changed, and jobs work through what that queued. @param isReplay also what it has followed before. */
    async follow(isReplay = false): Promise<void> {
      const fresh = (await Promise.all(streams.map((stream) => stream.next()))).flat();
      const records = isReplay ? [...followed, ...fresh] : fresh;
      followed.push(...fresh);
      if (options.isDeaf) return;
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
    /** Lets the gate take what is enqueued. What it does not acknowledge stands in its queue again. */
    async drain(order: { twice?: boolean; reversed?: boolean } = {}, fate: CrashPlan = {}): Promise<void> {
      let records = await take([tables.priorityQueueUrl, tables.bulkQueueUrl]);
      if (order.twice) records = records.flatMap((record) => [record, record]);
      if (order.reversed) records = records.toReversed();
      const isSabotaged = options.client !== undefined || options.carrier !== undefined;
      const isFated = isSabotaged || fate.dies !== undefined || fate.meanwhile !== undefined;
      let left = fate;
      for (let from = 0; from < records.length; from += BATCH) {
        const batch = records.slice(from, from + BATCH);
        const failed = isFated ? await mortalGate(batch, left) : await gate(batch);
        left = {};
        for (const { queue, body } of failed) {
          await sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: body }));
        }
      }
      await twilio.settle();
    },
    async cycle(): Promise<void> {
      await rig.follow();
      await rig.enqueue();
      await rig.drain();
    },
    /** A prospect of the CRM that says true. */
    attest(who: Person, at: Date): void {
      const { org } = world.salesforce;
      const known = org.all(PROSPECT).find((record) => record['i360__Home_Phone__c'] === NUMBERS[who]);
      if (known) org.update(PROSPECT, known.Id, { SMS_Opt_In__c: true }, at);
      else org.insert(PROSPECT, { i360__Home_Phone__c: NUMBERS[who], SMS_Opt_In__c: true }, at);
    },
    async close(): Promise<void> {
      vi.useRealTimers();
      sqs.destroy();
      await world.close();
    },
  };

  async function gate(batch: readonly Enqueued[]): Promise<Enqueued[]> {
    const Records = batch.map(({ body }, index) => ({ messageId: String(index), body }));
    const { batchItemFailures } = await handlers.gate({ Records } as SQSEvent);
    if (batchItemFailures.length > 0)
      throw new Error('The gate gave records back that nothing was wrong with');
    return [];
  }

  async function mortalGate(batch: readonly Enqueued[], fate: CrashPlan): Promise<readonly Enqueued[]> {
    const result = await mortals.gate(
      batch.map(({ body }, index) => ({
        messageId: String(index),
        content: dueWorkSchema.parse(JSON.parse(body)),
      })),
      fate,
    );
    if (result === 'died') return batch;
    if (result.failed.length > 0) throw result.failed[0]?.error;
    return [];
  }

  async function take(urls: readonly string[]): Promise<Enqueued[]> {
    const taken: Enqueued[] = [];
    for (const queue of urls) {
      for (;;) {
        const received = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: BATCH }),
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

  /** Takes a number off Twilio's STOP list, unheard by us. */
  async function unblock(number: string): Promise<void> {
    if (!twilio.isBlocked(number)) return;
    twilio.setFault({ kind: 'webhookLost', to: number, times: 1 });
    await twilio.inbound({ from: number, to: SENDER, body: 'START' });
  }

  await organize(rig.world);
  return rig;
}

/** Three forms, two automations and the keyword of the flyers, which a third automation and a campaign are tied to. */
async function organize(world: Awaited<ReturnType<typeof createWorld>>): Promise<void> {
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
  // Of a checkbox that no form has, so that nothing is written back.
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
