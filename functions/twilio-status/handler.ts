import middy from '@middy/core';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createSenderRefusalStore } from '../../lib/gate/sender-refusal.ts';
import { EDGE } from '../../lib/lambda/edge.ts';
import { failure } from '../../lib/lambda/failure.ts';
import { problemAnswers } from '../../lib/lambda/problem-answers.ts';
import { requestLog } from '../../lib/lambda/request-log.ts';
import { twilioWebhook } from '../../lib/lambda/twilio-webhook.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { createMessageStore } from '../../lib/messaging/message-store.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { answerCallback } from './answer-callback.ts';

const env = readEnv(['consentTable', 'outreachTable', 'publicBaseUrl', 'twilioAuthTokenParameter']);
const client = createDocumentClient();
const now = () => new Date();
const deps = {
  messages: createMessageStore({ client, table: env.outreachTable, now }),
  registry: createConsentRegistry({ client, table: env.consentTable, now }),
  senderRefusals: createSenderRefusalStore({ client, table: env.outreachTable, now }),
  leads: createLeadStore({ client, table: env.outreachTable, now }),
  now,
};

const NOT_TAKEN = {
  status: 503,
  title: 'Not taken',
  detail: 'Deliver the callback again; it will count once.',
};

export const handler = middy(EDGE)
  .use(requestLog())
  .use(problemAnswers(NOT_TAKEN))
  .use(failure({ message: 'A delivery callback could not be taken', metric: 'callbackFailed' }))
  .use(twilioWebhook({ ...env, forged: 'callbackForged' }))
  .handler(({ fields, queryStringParameters }) =>
    answerCallback(
      deps,
      queryStringParameters?.['message'],
      fields,
      queryStringParameters?.['probe'] === '1',
    ),
  );
