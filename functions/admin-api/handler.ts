import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createLanes } from '../../lib/automation/lanes.ts';
import { createWorkIndex } from '../../lib/automation/work-index.ts';
import { createBroadcastStore } from '../../lib/campaigns/broadcast-store.ts';
import { createCampaignStore } from '../../lib/campaigns/campaign-store.ts';
import { createMemberStore } from '../../lib/campaigns/member-store.ts';
import { createOptInRuns } from '../../lib/campaigns/opt-in-runs.ts';
import { createConfiguration } from '../../lib/configuration/configuration.ts';
import { createConsentLists } from '../../lib/consent/lists.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createConversationStore } from '../../lib/conversations/conversation-store.ts';
import { createUnreadableTextStore } from '../../lib/conversations/unreadable-texts.ts';
import { createCrmJobQueue } from '../../lib/crm/enqueue-crm-job.ts';
import { createDriftStore } from '../../lib/drift/drift-store.ts';
import { createExportJobs } from '../../lib/exports/export-jobs.ts';
import { createExportStore } from '../../lib/exports/export-store.ts';
import type { ApiRequest } from '../../lib/http/api.ts';
import { EDGE } from '../../lib/lambda/edge.ts';
import { failure } from '../../lib/lambda/failure.ts';
import { INTERNAL_ERROR, problemAnswers } from '../../lib/lambda/problem-answers.ts';
import { requestLog } from '../../lib/lambda/request-log.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { createMessageStore } from '../../lib/messaging/message-store.ts';
import { AWS_REQUESTS } from '../../lib/runtime/aws-requests.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { signedLink } from '../../lib/runtime/signed-link.ts';
import { createSingleTextStore } from '../../lib/single-texts/single-text-store.ts';
import { createAdminApi } from './admin-api.ts';
import type { AdminDeps } from './route.ts';

const env = readEnv([
  'organization',
  'consentTable',
  'configurationTable',
  'outreachTable',
  'priorityQueueUrl',
  'exportBucket',
  'registryJobsQueueUrl',
  's3Endpoint',
  'cycleRateMinutes',
]);
const client = createDocumentClient();
const now = () => new Date();
const sqs = new SQSClient(AWS_REQUESTS);
const campaigns = createCampaignStore({ client, table: env.configurationTable, now });

const deps: AdminDeps = {
  ...env,
  client,
  registry: createConsentRegistry({ client, table: env.consentTable, now }),
  lists: createConsentLists({ client, table: env.consentTable }),
  exports: {
    store: createExportStore({ client, table: env.outreachTable, now }),
    jobs: createExportJobs(sqs, env.registryJobsQueueUrl),
    link: (key, validity) => {
      const { region, credentials, sha256 } = sqs.config;
      const signer = { region, credentials, sha256, endpoint: env.s3Endpoint };
      return signedLink(signer, { bucket: env.exportBucket, key }, validity);
    },
  },
  configuration: createConfiguration({ ...env, client, table: env.configurationTable, now }),
  leads: createLeadStore({ client, table: env.outreachTable, now }),
  enrollments: createEnrollmentStore({ client, table: env.outreachTable }),
  crmJobQueue: createCrmJobQueue({ ...env, client, now }),
  conversations: createConversationStore({ client, table: env.outreachTable, now }),
  singleTexts: createSingleTextStore({ client, table: env.outreachTable }),
  lanes: createLanes(sqs, { priority: env.priorityQueueUrl }),
  index: createWorkIndex({ client, table: env.outreachTable }),
  messages: createMessageStore({ client, table: env.outreachTable, now }),
  drift: createDriftStore({ client, table: env.outreachTable }),
  unreadable: createUnreadableTextStore({ client, table: env.outreachTable, now }),
  campaigns,
  members: createMemberStore({ client, table: env.outreachTable, now }),
  broadcasts: createBroadcastStore({ ...env, client, campaigns, now }),
  optInRuns: createOptInRuns(client, env.outreachTable),
  now,
};

export const handler = middy<ApiRequest>(EDGE)
  .use(requestLog())
  .use(problemAnswers(INTERNAL_ERROR))
  .use(failure({ message: 'A request of the API failed', metric: 'adminRequestFailed' }))
  .handler(createAdminApi(deps));
