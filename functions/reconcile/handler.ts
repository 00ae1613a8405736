import middy from '@middy/core';
import * as z from 'zod';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createSettingsStore } from '../../lib/configuration/settings-store.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createConversationStore } from '../../lib/conversations/conversation-store.ts';
import { createCrmJobQueue } from '../../lib/crm/enqueue-crm-job.ts';
import { createDriftStore } from '../../lib/drift/drift-store.ts';
import { createTwilioTextLog } from '../../lib/drift/twilio-text-log.ts';
import { createSubmissionStore } from '../../lib/forms/submission-store.ts';
import { createSenderRefusalStore } from '../../lib/gate/sender-refusal.ts';
import { EDGE } from '../../lib/lambda/edge.ts';
import { failure } from '../../lib/lambda/failure.ts';
import { requestLog } from '../../lib/lambda/request-log.ts';
import { timeBudget } from '../../lib/lambda/time-budget.ts';
import { createTwilio } from '../../lib/lambda/twilio.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { createMessageStore } from '../../lib/messaging/message-store.ts';
import { createTwilioCarrier } from '../../lib/messaging/twilio-carrier.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { createSingleTextStore } from '../../lib/single-texts/single-text-store.ts';
import { runReconcile } from './run-reconcile.ts';

const env = readEnv([
  'organization',
  'consentTable',
  'configurationTable',
  'outreachTable',
  'twilioCredentialsParameter',
  'twilioBaseUrl',
  'sender',
]);
const client = createDocumentClient();
const now = () => new Date();
const twilio = createTwilio(env);
const deps = {
  ...env,
  client,
  now,
  carrier: twilio.client(createTwilioCarrier),
  log: async () => createTwilioTextLog(await twilio.options()),
  messages: createMessageStore({ client, table: env.outreachTable, now }),
  registry: createConsentRegistry({ client, table: env.consentTable, now }),
  senderRefusals: createSenderRefusalStore({ client, table: env.outreachTable, now }),
  leads: createLeadStore({ client, table: env.outreachTable, now }),
  enrollments: createEnrollmentStore({ client, table: env.outreachTable }),
  singleTexts: createSingleTextStore({ client, table: env.outreachTable }),
  crmJobQueue: createCrmJobQueue({ ...env, client, now }),
  conversations: createConversationStore({ client, table: env.outreachTable, now }),
  drift: createDriftStore({ client, table: env.outreachTable }),
  submissions: createSubmissionStore({ client, table: env.outreachTable }),
  configuration: createSettingsStore({ ...env, client, table: env.configurationTable, now }),
};

const RESERVE_MILLISECONDS = 15_000;

export const handler = middy(EDGE)
  .use(requestLog())
  .use(failure({ message: 'Not everything could be reconciled', metric: 'reconcileFailed' }))
  .use(timeBudget(RESERVE_MILLISECONDS, z.unknown()))
  .handler(({ hasTime }) => runReconcile(deps, hasTime));
