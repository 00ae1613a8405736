import { Duration } from 'aws-cdk-lib';
import { crmApi } from '../../lib/crm/crm-api.ts';
import { COLLECTION_INDEX } from '../../lib/tables/collection.ts';
import { WORK_INDEX } from '../../lib/tables/outreach.ts';
import { grantSalesforceCredentials } from '../constructs/salesforce-secrets.ts';
import { addSchedule } from '../constructs/schedule.ts';
import { SendgateFunction } from '../constructs/sendgate-function.ts';
import type { OrganizationStack } from '../organization-stack.ts';

/** Less than a minute: a run is over before the next begins. */
const TIMEOUT = Duration.seconds(55);

/**
 * Reads what the organization's people attest in ImproveIt 360, and writes what leads ticked. It alone can log in to Salesforce,
 * so it serves the preferences too, which are verified there.
 */
export function addCrm(stack: OrganizationStack): void {
  const { alarms, configuration, http, organization, outreach, registry } = stack;
  const notHeard = 'Leads who agreed in ImproveIt 360 wait for their texts: look-ups fail.';

  const crmLookup = new SendgateFunction(stack, {
    name: 'crm-lookup',
    timeout: TIMEOUT,
    errorImpact: notHeard,
  });
  registry.grantRecord(crmLookup);
  configuration.grantChange(crmLookup, ['GetItem', 'Query'], ['PutItem', 'DeleteItem']);
  outreach.grantUse(crmLookup, ['GetItem', 'BatchGetItem', 'PutItem'], [WORK_INDEX, COLLECTION_INDEX]);
  grantSalesforceCredentials(crmLookup, organization.name);
  http.addProtectedRoutes(Object.values(crmApi), crmLookup);
  addSchedule(stack, 'crm-arrivals', Duration.minutes(1), crmLookup);
  addSchedule(stack, 'crm-waiting', Duration.minutes(5), crmLookup, { sweep: true });

  alarms.onCount(crmLookup, 'crmFailed', { harm: `${notHeard} GET /crm/status says why.`, moreThan: 3 });
  // Nothing tries a request again but the person who got the error: one is harm already.
  alarms.onCount(crmLookup, 'crmRequestFailed', {
    harm: 'Admins get errors: which fields of the CRM mean consent cannot be read or changed.',
  });
}
