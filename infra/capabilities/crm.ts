import { Duration } from 'aws-cdk-lib';
import { crmApi } from '../../lib/crm/crm-api.ts';
import { COLLECTION_INDEX } from '../../lib/tables/collection.ts';
import { WORK_INDEX } from '../../lib/tables/outreach.ts';
import { grantSalesforceCredentials } from '../constructs/salesforce-secrets.ts';
import { addSchedule } from '../constructs/schedule.ts';
import { SendgateFunction } from '../constructs/sendgate-function.ts';
import type { OrganizationStack } from '../organization-stack.ts';

/** A run ends within a minute, before the next one begins. */
const TIMEOUT = Duration.seconds(55);

/**
 * Adds ImproveIt 360: reads opt-ins from mapped fields (H6), and writes the checkboxes that leads ticked (H9). This function alone
 * can log in to Salesforce. So it also serves the field mappings, which are verified there (H7, H8).
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
  // No retry follows unless the person tries again, so that one failed request is harm already.
  alarms.onCount(crmLookup, 'crmRequestFailed', {
    harm: 'Admins get errors: which fields of the CRM mean consent cannot be read or changed.',
  });
}
