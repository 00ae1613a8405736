import middy from '@middy/core';
import { createSettingsStore } from '../../lib/configuration/settings-store.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { type ApiRequest, createApi } from '../../lib/http/api.ts';
import { byTrigger, EDGE } from '../../lib/lambda/edge.ts';
import { failure } from '../../lib/lambda/failure.ts';
import { INTERNAL_ERROR, problemAnswers } from '../../lib/lambda/problem-answers.ts';
import { requestLog } from '../../lib/lambda/request-log.ts';
import { sqsRecords } from '../../lib/lambda/sqs-records.ts';
import { createTwilio } from '../../lib/lambda/twilio.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { carrierListJobSchema } from '../../lib/sender/carrier-list.ts';
import { createTwilioCarrierList } from '../../lib/sender/twilio-carrier-list.ts';
import { createTwilioSenderAccount } from '../../lib/sender/twilio-sender-account.ts';
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
const twilio = createTwilio(env);
const carrierList = twilio.client(createTwilioCarrierList);
const registry = createConsentRegistry({ client, table: env.consentTable, now });
const routeDeps = {
  account: twilio.client(createTwilioSenderAccount),
  configuration: createSettingsStore({ ...env, client, table: env.configurationTable, now }),
  ours: {
    inbound: `${env.publicBaseUrl}/twilio/inbound`,
    status: `${env.publicBaseUrl}/twilio/status`,
  },
  now,
};

/** Serves admins' requests under `/sender`. */
const http = middy<ApiRequest>(EDGE)
  .use(problemAnswers(INTERNAL_ERROR))
  .use(failure({ message: 'A request of the API failed', metric: 'senderRequestFailed' }))
  .handler(createApi(senderRoutes, routeDeps));

const NOT_TOLD = { message: 'Twilio could not be told of consents', metric: 'carrierListFailed' } as const;

/** Serves the queue of numbers whose consent Twilio may not know. */
const queue = middy(EDGE)
  .use(failure(NOT_TOLD))
  .use(sqsRecords(carrierListJobSchema, NOT_TOLD))
  .handler(({ records }) => processBatch({ registry, carrierList, sender: env.sender, now }, records));

export const handler = middy(EDGE)
  .use(requestLog())
  .handler(byTrigger({ http, other: queue }));
