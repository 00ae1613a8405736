import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type BatchResult, type DueRecord, processBatch } from '../../functions/send-gate/process-batch.ts';
import type { GateDeps } from '../../functions/send-gate/process-text.ts';
import { dueWorkSchema } from '../../lib/automation/work.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createSenderRefusalStore } from '../../lib/gate/sender-refusal.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import type { Carrier } from '../../lib/messaging/carrier.ts';
import { createMessageStore, type MessageStore } from '../../lib/messaging/message-store.ts';
import { createTwilioCarrier } from '../../lib/messaging/twilio-carrier.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { CLIENT_SECRET } from '../setup/secrets.ts';
import { SENDER, type World } from './world.ts';

const credentials = {
  accountSid: `AC${'0'.repeat(32)}`,
  apiKeySid: `SK${'0'.repeat(32)}`,
  apiKeySecret: CLIENT_SECRET,
};

/** Replacements of real parts of the gate that fail at a chosen moment. */
export interface Faulty {
  readonly carrier?: (real: Carrier) => Carrier;
  readonly messages?: (real: MessageStore) => MessageStore;
}

/** Wires the gate as its handler does, with parts that fail. */
export function gateDeps(world: World, faulty: Faulty): GateDeps {
  const { client, consentTable, outreachTable, configurationTable } = world.tables;
  const now = () => new Date();
  const messages = createMessageStore({ client, table: outreachTable, now });
  const carrier = createTwilioCarrier({ credentials, sender: SENDER, baseUrl: world.twilio.url });
  return {
    client,
    consentTable,
    outreachTable,
    configurationTable,
    organization: 'Test Windows',
    publicBaseUrl: process.env[ENV.publicBaseUrl] ?? '',
    now,
    registry: createConsentRegistry({ client, table: consentTable, now }),
    leads: createLeadStore({ client, table: outreachTable, now }),
    senderRefusals: createSenderRefusalStore({ client, table: outreachTable, now }),
    carrier: faulty.carrier?.(carrier) ?? carrier,
    messages: faulty.messages?.(messages) ?? messages,
  };
}

/** Takes all records of the priority lane in batches of ten, without acknowledging them: their worker will die. */
export async function takeRecords(world: World): Promise<DueRecord[][]> {
  const sqs = new SQSClient({});
  const batches: DueRecord[][] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: world.tables.priorityQueueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) break;
    batches.push(
      Messages.map(({ MessageId = '', Body = '' }) => ({
        messageId: MessageId,
        content: dueWorkSchema.parse(JSON.parse(Body)),
      })),
    );
  }
  sqs.destroy();
  return batches;
}

export function runGate(world: World, faulty: Faulty, records: readonly DueRecord[]): Promise<BatchResult> {
  return processBatch(gateDeps(world, faulty), records);
}
