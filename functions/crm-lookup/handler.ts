import middy from '@middy/core';
import * as z from 'zod';
import { createWorkIndex } from '../../lib/automation/work-index.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { salesforceCredentials } from '../../lib/crm/credentials.ts';
import { createCrmJobStore } from '../../lib/crm/crm-job-store.ts';
import { createDescriptions } from '../../lib/crm/descriptions.ts';
import { createLookupStore } from '../../lib/crm/lookup-store.ts';
import { createCrmPreferencesStore } from '../../lib/crm/preferences-store.ts';
import { createSalesforce } from '../../lib/crm/rest-salesforce.ts';
import { createStatusStore } from '../../lib/crm/status-store.ts';
import { type ApiRequest, createApi } from '../../lib/http/api.ts';
import { byTrigger, EDGE } from '../../lib/lambda/edge.ts';
import { failure } from '../../lib/lambda/failure.ts';
import { INTERNAL_ERROR, problemAnswers } from '../../lib/lambda/problem-answers.ts';
import { requestLog } from '../../lib/lambda/request-log.ts';
import { timeBudget } from '../../lib/lambda/time-budget.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import type { CrmDeps } from './crm-deps.ts';
import { type CrmRouteDeps, crmRoutes } from './routes.ts';
import { runSchedule } from './run-lookups.ts';
import { verifyMappings } from './verify-mappings.ts';

const env = readEnv([
  'organization',
  'consentTable',
  'configurationTable',
  'outreachTable',
  'salesforceCredentialsParameter',
  'salesforceBaseUrl',
]);
const client = createDocumentClient();
const now = () => new Date();
const salesforce = createSalesforce({
  credentials: () => salesforceCredentials(env.salesforceCredentialsParameter),
  ...(env.salesforceBaseUrl !== undefined && { baseUrl: env.salesforceBaseUrl }),
  now,
});
const outreach = { client, table: env.outreachTable, now };
const deps: CrmDeps = {
  salesforce,
  descriptions: createDescriptions(salesforce, now),
  preferences: createCrmPreferencesStore({ client, table: env.configurationTable, now }),
  lookups: createLookupStore(outreach),
  crmJobs: createCrmJobStore(outreach),
  status: createStatusStore(outreach),
  registry: createConsentRegistry({ client, table: env.consentTable, now }),
  index: createWorkIndex(outreach),
  now,
};
const routeDeps: CrmRouteDeps = {
  ...deps,
  verify: (preferences, mappings) => verifyMappings(deps, preferences, mappings),
};

const RESERVE_MILLISECONDS = 20_000;
const scheduleSchema = z.object({ sweep: z.boolean().default(false) });

/** Serves admins' requests under `/crm`. */
const http = middy<ApiRequest>(EDGE)
  .use(problemAnswers(INTERNAL_ERROR))
  .use(failure({ message: 'A request of the API failed', metric: 'crmRequestFailed' }))
  .handler(createApi(crmRoutes, routeDeps));

const schedule = middy(EDGE)
  .use(failure({ message: 'A run of look-ups failed', metric: 'crmFailed' }))
  .use(timeBudget(RESERVE_MILLISECONDS, scheduleSchema))
  .handler(({ input, hasTime }) => runSchedule(deps, { isSweep: input.sweep }, hasTime));

export const handler = middy(EDGE)
  .use(requestLog())
  .handler(byTrigger({ http, other: schedule }));
