import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { type WaitingReason, waitingReasons } from '../../lib/gate/wake.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import type { Carrier } from '../../lib/messaging/carrier.ts';
import { loggableId } from '../../lib/messaging/loggable-id.ts';
import { createMessageStore } from '../../lib/messaging/message-store.ts';
import { createTwilioCarrier } from '../../lib/messaging/twilio-carrier.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { twilioCredentials } from '../../lib/runtime/secrets.ts';
import { countBy, countOutcomes, describeError, logger } from '../../lib/telemetry/telemetry.ts';
import { type EndedText, processBatch } from './process-batch.ts';

const env = readEnv([
  'organization',
  'consentTable',
  'configurationTable',
  'outreachTable',
  'publicBaseUrl',
  'twilioCredentialsParameter',
  'twilioBaseUrl',
  'sender',
]);
const client = createDocumentClient();
const now = () => new Date();
const shared = {
  ...env,
  client,
  now,
  registry: createConsentRegistry({ client, table: env.consentTable, now }),
  messages: createMessageStore({ client, table: env.outreachTable, now }),
  leads: createLeadStore({ client, table: env.outreachTable, now }),
};

let kept: { readonly apiKeySecret: string; readonly carrier: Carrier } | undefined;

/** One client for a warm function's life, or until the API key is rotated. */
async function carrier(): Promise<Carrier> {
  const credentials = await twilioCredentials(env.twilioCredentialsParameter);
  const { apiKeySecret } = credentials;
  if (kept?.apiKeySecret !== apiKeySecret) {
    const { sender, twilioBaseUrl } = env;
    const baseUrl = twilioBaseUrl === undefined ? {} : { baseUrl: twilioBaseUrl };
    kept = { apiKeySecret, carrier: createTwilioCarrier({ credentials, sender, ...baseUrl }) };
  }
  return kept.carrier;
}

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const { failed, ended } = await processBatch({ ...shared, carrier: await carrier() }, event.Records);
  for (const { text, outcome, reason } of ended) {
    logger.info('A text was decided', { messageId: loggableId(text), outcome, ...(reason && { reason }) });
  }
  for (const { text, error } of failed) {
    const about = text === undefined ? {} : { messageId: loggableId(text) };
    logger.error('A due text goes back to the queue', { ...about, ...describeError(error) });
  }
  countOutcomes({
    ...countBy(
      'text',
      ended.map(({ outcome }) => outcome),
    ),
    ...countBy('held', ended.flatMap(waitsFor)),
    textFailed: failed.length,
  });
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** What a text waits for from now on, if it does. */
function waitsFor({ outcome, reason }: EndedText): WaitingReason[] {
  if (outcome !== 'held' && outcome !== 'optInRequested') return [];
  return waitingReasons.filter((word) => word === reason);
}
