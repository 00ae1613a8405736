import middy from '@middy/core';
import { dueWorkSchema } from '../../lib/automation/work.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createSenderRefusalStore } from '../../lib/gate/sender-refusal.ts';
import { EDGE } from '../../lib/lambda/edge.ts';
import { failure } from '../../lib/lambda/failure.ts';
import { requestLog } from '../../lib/lambda/request-log.ts';
import { sqsRecords } from '../../lib/lambda/sqs-records.ts';
import { createTwilio } from '../../lib/lambda/twilio.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { createMessageStore } from '../../lib/messaging/message-store.ts';
import { createTwilioCarrier } from '../../lib/messaging/twilio-carrier.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { decideDue } from './decide-due.ts';

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
const deps = {
  ...env,
  client,
  now,
  registry: createConsentRegistry({ client, table: env.consentTable, now }),
  messages: createMessageStore({ client, table: env.outreachTable, now }),
  senderRefusals: createSenderRefusalStore({ client, table: env.outreachTable, now }),
  leads: createLeadStore({ client, table: env.outreachTable, now }),
};
const carrier = createTwilio(env).client(createTwilioCarrier);

const GOES_BACK = { message: 'A due text goes back to the queue', metric: 'textFailed' } as const;

export const handler = middy(EDGE)
  .use(requestLog())
  .use(failure(GOES_BACK))
  .use(sqsRecords(dueWorkSchema, GOES_BACK))
  .handler(async ({ records }) => decideDue({ ...deps, carrier: await carrier() }, records));
