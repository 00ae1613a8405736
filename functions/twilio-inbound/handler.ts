import middy from '@middy/core';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createSettingsStore } from '../../lib/configuration/settings-store.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createConversationStore } from '../../lib/conversations/conversation-store.ts';
import { createUnreadableTextStore } from '../../lib/conversations/unreadable-texts.ts';
import { EDGE } from '../../lib/lambda/edge.ts';
import { failure } from '../../lib/lambda/failure.ts';
import { problemAnswers } from '../../lib/lambda/problem-answers.ts';
import { requestLog } from '../../lib/lambda/request-log.ts';
import { twilioWebhook } from '../../lib/lambda/twilio-webhook.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { answerText } from './answer-text.ts';

const env = readEnv([
  'organization',
  'consentTable',
  'configurationTable',
  'outreachTable',
  'publicBaseUrl',
  'twilioAuthTokenParameter',
]);
const client = createDocumentClient();
const now = () => new Date();
const deps = {
  registry: createConsentRegistry({ client, table: env.consentTable, now }),
  conversations: createConversationStore({ client, table: env.outreachTable, now }),
  leads: createLeadStore({ client, table: env.outreachTable, now }),
  enrollments: createEnrollmentStore({ client, table: env.outreachTable }),
  unreadable: createUnreadableTextStore({ client, table: env.outreachTable, now }),
  configuration: createSettingsStore({ ...env, client, table: env.configurationTable, now }),
  now,
};

const NOT_TAKEN = {
  status: 503,
  title: 'Not taken',
  detail: 'Deliver the text again; it will count once.',
};

export const handler = middy(EDGE)
  .use(requestLog())
  .use(problemAnswers(NOT_TAKEN))
  .use(failure({ message: 'A received text could not be taken', metric: 'inboundFailed' }))
  .use(twilioWebhook({ ...env, forged: 'inboundForged' }))
  .handler(({ fields }) => answerText(deps, fields));
