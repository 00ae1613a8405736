import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createLanes } from '../../lib/automation/lanes.ts';
import { createSettingsStore } from '../../lib/configuration/settings-store.ts';
import { createJobQueue } from '../../lib/jobs/job-queue.ts';
import { EDGE } from '../../lib/lambda/edge.ts';
import { failure } from '../../lib/lambda/failure.ts';
import { requestLog } from '../../lib/lambda/request-log.ts';
import { streamChanges } from '../../lib/lambda/stream-changes.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { AWS_REQUESTS } from '../../lib/runtime/aws-requests.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { createCarrierListQueue } from '../../lib/sender/carrier-list-queue.ts';
import { createSingleTextStore } from '../../lib/single-texts/single-text-store.ts';
import { followChanges } from './follow-changes.ts';

const env = readEnv([
  'organization',
  'consentTable',
  'configurationTable',
  'outreachTable',
  'jobsQueueUrl',
  'carrierListQueueUrl',
  'priorityQueueUrl',
]);
const client = createDocumentClient();
const sqs = new SQSClient(AWS_REQUESTS);
const now = () => new Date();
const deps = {
  client,
  outreachTable: env.outreachTable,
  enrollments: createEnrollmentStore({ client, table: env.outreachTable }),
  leads: createLeadStore({ client, table: env.outreachTable, now }),
  singleTexts: createSingleTextStore({ client, table: env.outreachTable }),
  configuration: createSettingsStore({ ...env, client, table: env.configurationTable, now }),
  lanes: createLanes(sqs, { priority: env.priorityQueueUrl }),
  jobs: createJobQueue(sqs, env.jobsQueueUrl),
  enqueueSync: createCarrierListQueue(sqs, env.carrierListQueueUrl),
  now,
};

export const handler = middy(EDGE)
  .use(requestLog())
  .use(streamChanges({ consent: env.consentTable, configuration: env.configurationTable }))
  .use(failure({ message: 'A change could not be followed', metric: 'changeFailed' }))
  .handler(({ changes }) => followChanges(deps, changes));
