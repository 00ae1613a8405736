import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createWorkIndex } from '../../lib/automation/work-index.ts';
import { createBroadcastStore } from '../../lib/campaigns/broadcast-store.ts';
import { createCampaignStore } from '../../lib/campaigns/campaign-store.ts';
import { createMemberStore } from '../../lib/campaigns/member-store.ts';
import { createOptInRuns } from '../../lib/campaigns/opt-in-runs.ts';
import { createSettingsStore } from '../../lib/configuration/settings-store.ts';
import { createConsentLists } from '../../lib/consent/lists.ts';
import { jobSchema } from '../../lib/jobs/job.ts';
import { createJobQueue } from '../../lib/jobs/job-queue.ts';
import { EDGE } from '../../lib/lambda/edge.ts';
import { failure } from '../../lib/lambda/failure.ts';
import { requestLog } from '../../lib/lambda/request-log.ts';
import { sqsRecords } from '../../lib/lambda/sqs-records.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { AWS_REQUESTS } from '../../lib/runtime/aws-requests.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { createCarrierListQueue } from '../../lib/sender/carrier-list-queue.ts';
import { createSingleTextStore } from '../../lib/single-texts/single-text-store.ts';
import { runJobs } from './run-job.ts';

const env = readEnv([
  'organization',
  'consentTable',
  'configurationTable',
  'outreachTable',
  'jobsQueueUrl',
  'carrierListQueueUrl',
]);
const client = createDocumentClient();
const sqs = new SQSClient(AWS_REQUESTS);
const now = () => new Date();
const campaigns = createCampaignStore({ client, table: env.configurationTable, now });
const deps = {
  enrollments: createEnrollmentStore({ client, table: env.outreachTable }),
  leads: createLeadStore({ client, table: env.outreachTable, now }),
  singleTexts: createSingleTextStore({ client, table: env.outreachTable }),
  index: createWorkIndex({ client, table: env.outreachTable }),
  configuration: createSettingsStore({ ...env, client, table: env.configurationTable, now }),
  campaigns,
  broadcasts: createBroadcastStore({ ...env, client, campaigns, now }),
  members: createMemberStore({ client, table: env.outreachTable, now }),
  optInRuns: createOptInRuns(client, env.outreachTable),
  lists: createConsentLists({ client, table: env.consentTable }),
  jobs: createJobQueue(sqs, env.jobsQueueUrl),
  enqueueSync: createCarrierListQueue(sqs, env.carrierListQueueUrl),
  now,
};

const GOES_BACK = { message: 'A job goes back to the queue', metric: 'jobFailed' } as const;

export const handler = middy(EDGE)
  .use(requestLog())
  .use(failure(GOES_BACK))
  .use(sqsRecords(jobSchema, GOES_BACK))
  .handler(({ records }) => runJobs(deps, records));
