import { Duration } from 'aws-cdk-lib';
import { COLLECTION_INDEX } from '../../lib/tables/collection.ts';
import { WORK_INDEX } from '../../lib/tables/outreach.ts';
import { ExportBucket } from '../constructs/export-bucket.ts';
import { SendgateFunction } from '../constructs/sendgate-function.ts';
import { SendgateQueue } from '../constructs/sendgate-queue.ts';
import type { OrganizationStack } from '../organization-stack.ts';

const TIMEOUT = Duration.seconds(20);
/** A longer export goes on in another invocation. */
const EXPORT_TIMEOUT = Duration.minutes(5);

/** Adds the API for admins and agents: all routes that take a token and that no other function serves. */
export function addAdminApi(
  stack: OrganizationStack,
  { priority }: { readonly priority: SendgateQueue },
): void {
  const { alarms, configuration, http, organization, outreach, registry } = stack;
  const noAnswer = 'Admins and agents get errors: settings and consents cannot be read or changed.';

  const adminApi = new SendgateFunction(stack, {
    name: 'admin-api',
    timeout: TIMEOUT,
    errorImpact: noAnswer,
  });
  // A dry run decides the texts that the next cycle will enqueue (X12).
  adminApi.setEnvironment({ cycleRateMinutes: String(organization.cycleRateMinutes) });
  registry.grantLists(adminApi);
  registry.grantHistory(adminApi);
  // Admins and agents enter opt-ins and opt-outs, and import them (S6).
  registry.grantRecord(adminApi);
  configuration.grantChange(adminApi, ['GetItem', 'BatchGetItem', 'Query'], ['PutItem', 'DeleteItem']);
  outreach.grantUse(
    adminApi,
    ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'],
    [WORK_INDEX, COLLECTION_INDEX],
  );
  // An agent's text does not wait for a cycle.
  priority.grantSend(adminApi);
  http.addProtectedRest(adminApi);
  addExports(stack, adminApi);

  // No retry follows unless the person tries again, so that one failed request is harm already.
  alarms.onCount(adminApi, 'adminRequestFailed', { harm: noAnswer });
}

/** Adds exports of the whole registry (S7): an admin starts a job that writes the export, and gets a link valid for minutes. */
function addExports(stack: OrganizationStack, adminApi: SendgateFunction): void {
  const { alarms, key, outreach, registry } = stack;
  const noExport =
    'Admins wait for an export of the registry that does not come: a legal request may go unanswered.';

  const exports = new ExportBucket(stack, 'exports', { key });
  const queue = new SendgateQueue(stack, 'registry-jobs-queue', {
    name: 'registry-jobs',
    urlVariable: 'registryJobsQueueUrl',
    consumerTimeout: EXPORT_TIMEOUT,
  });
  const registryJobs = new SendgateFunction(stack, {
    name: 'registry-jobs',
    timeout: EXPORT_TIMEOUT,
    memoryMegabytes: 1024,
    errorImpact: noExport,
  });
  registry.grantScan(registryJobs);
  outreach.grantUse(registryJobs, ['GetItem', 'UpdateItem']);
  exports.grantWrite(registryJobs);
  exports.grantLink(adminApi);
  for (const fn of [adminApi, registryJobs]) queue.grantSend(fn);
  queue.addConsumer(registryJobs, { batchSize: 1, maxConcurrency: 2 });

  alarms.onCount(registryJobs, 'exportFailed', { harm: noExport });
  alarms.onDeadLetters('registry-jobs', queue, noExport);
}
