import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
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
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import type { HttpAnswer } from '../../lib/runtime/problem.ts';
import { countOutcomes } from '../../lib/telemetry/telemetry.ts';
import type { CrmDeps } from './crm-deps.ts';
import { type CrmRouteDeps, crmRoutes } from './routes.ts';
import { runLookups } from './run-lookups.ts';
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
const api = createApi<CrmRouteDeps>(crmRoutes, {
  ...deps,
  verify: (preferences, mappings) => verifyMappings(deps, preferences, mappings),
});

const RESERVE_MILLISECONDS = 20_000;

interface ScheduledRun {
  readonly sweep?: boolean;
}

/** Admins' requests under `/crm`, and the schedules. */
export async function handler(
  event: APIGatewayProxyEventV2 | ScheduledRun,
  context: Context,
): Promise<HttpAnswer | undefined> {
  if ('requestContext' in event) return api(event as ApiRequest);
  const hasTime = () => context.getRemainingTimeInMillis() > RESERVE_MILLISECONDS;
  const { lookedUp, attested, written, failed } = await runLookups(
    deps,
    { isSweep: event.sweep === true },
    hasTime,
  );
  countOutcomes({ crmLookedUp: lookedUp, crmAttested: attested, crmWritten: written, crmFailed: failed });
  return undefined;
}
