import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createSettingsStore } from '../../lib/configuration/settings-store.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { type ApiRequest, createApi } from '../../lib/http/api.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import type { HttpAnswer } from '../../lib/runtime/problem.ts';
import { twilioCredentials } from '../../lib/runtime/secrets.ts';
import { createTwilioCarrierList } from '../../lib/sender/twilio-carrier-list.ts';
import { createTwilioSenderAccount } from '../../lib/sender/twilio-sender-account.ts';
import { countBy, countOutcomes, describeError, logger } from '../../lib/telemetry/telemetry.ts';
import { processBatch } from './process-batch.ts';
import { senderRoutes } from './routes.ts';

const env = readEnv([
  'organization',
  'consentTable',
  'configurationTable',
  'publicBaseUrl',
  'twilioCredentialsParameter',
  'twilioBaseUrl',
  'sender',
]);
const client = createDocumentClient();
const now = () => new Date();
const registry = createConsentRegistry({ client, table: env.consentTable, now });

async function twilio() {
  const credentials = await twilioCredentials(env.twilioCredentialsParameter);
  const baseUrl = env.twilioBaseUrl === undefined ? {} : { baseUrl: env.twilioBaseUrl };
  return { credentials, sender: env.sender, ...baseUrl };
}

const api = createApi(senderRoutes, {
  account: async () => createTwilioSenderAccount(await twilio()),
  configuration: createSettingsStore({ ...env, client, table: env.configurationTable, now }),
  ours: {
    inbound: `${env.publicBaseUrl}/twilio/inbound`,
    status: `${env.publicBaseUrl}/twilio/status`,
  },
  now,
});

export async function handler(event: ApiRequest | SQSEvent): Promise<HttpAnswer | SQSBatchResponse> {
  if (!('Records' in event)) return api(event);
  const carrierList = createTwilioCarrierList(await twilio());
  const deps = { registry, carrierList, sender: env.sender, now };
  const { failed, outcomes, error } = await processBatch(deps, event.Records);
  if (error !== undefined) logger.error('Twilio could not be told of consents', describeError(error));
  countOutcomes({ ...countBy('carrierList', outcomes), carrierListFailed: failed.length });
  return { batchItemFailures: failed.map((messageId) => ({ itemIdentifier: messageId })) };
}
