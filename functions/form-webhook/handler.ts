import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createConfiguration } from '../../lib/configuration/configuration.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createCrmJobQueue } from '../../lib/crm/enqueue-crm-job.ts';
import { createSubmissionLimiter } from '../../lib/forms/submission-limits.ts';
import { createSubmissionStore } from '../../lib/forms/submission-store.ts';
import { EDGE } from '../../lib/lambda/edge.ts';
import { failure } from '../../lib/lambda/failure.ts';
import { problemAnswers } from '../../lib/lambda/problem-answers.ts';
import { requestLog } from '../../lib/lambda/request-log.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { answerRequest } from './answer-request.ts';

const env = readEnv([
  'organization',
  'consentTable',
  'configurationTable',
  'outreachTable',
  'publicBaseUrl',
  'sender',
]);
const client = createDocumentClient();
const now = () => new Date();
const deps = {
  ...env,
  client,
  registry: createConsentRegistry({ client, table: env.consentTable, now }),
  leads: createLeadStore({ client, table: env.outreachTable, now }),
  enrollments: createEnrollmentStore({ client, table: env.outreachTable }),
  crmJobQueue: createCrmJobQueue({ ...env, client, now }),
  submissions: createSubmissionStore({ client, table: env.outreachTable }),
  limiter: createSubmissionLimiter({ client, table: env.outreachTable, now }),
  configuration: createConfiguration({ ...env, client, table: env.configurationTable, now }),
  now,
};

const NOT_TAKEN = {
  status: 503,
  title: 'Not taken',
  detail: 'The submission could not be taken just now. Send it again in a minute; it will count once.',
};

export const handler = middy<APIGatewayProxyEventV2>(EDGE)
  .use(requestLog())
  .use(problemAnswers(NOT_TAKEN))
  .use(failure({ message: 'A submission could not be taken', metric: 'submissionFailed' }))
  .handler((event) => answerRequest(deps, event));
