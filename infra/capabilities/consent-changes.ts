import { Duration } from 'aws-cdk-lib';
import { FilterRule } from 'aws-cdk-lib/aws-lambda';
import { EVENT_PREFIX } from '../../lib/consent/consent-items.ts';
import { FORM_SECRETS } from '../../lib/forms/form-items.ts';
import { WORK_INDEX } from '../../lib/tables/outreach.ts';
import { followTable } from '../constructs/follow-table.ts';
import { SendgateFunction } from '../constructs/sendgate-function.ts';
import { SendgateQueue } from '../constructs/sendgate-queue.ts';
import type { OrganizationStack } from '../organization-stack.ts';

const CHANGES_TIMEOUT = Duration.seconds(60);
const JOBS_TIMEOUT = Duration.seconds(60);

/** Queues that the changes of consent put records into. */
export interface ChangesProps {
  readonly priority: SendgateQueue;
  readonly carrierList: SendgateQueue;
}

/** Follows the changes of consent and configuration: those who waited for one are woken, at once or by a job. */
export function addConsentChanges(
  stack: OrganizationStack,
  { priority, carrierList }: ChangesProps,
): { readonly consentChanges: SendgateFunction } {
  const { alarms, configuration, outreach, registry } = stack;
  const notFollowed = 'Leads who opted in wait for their texts: changes of consent are not followed.';

  const jobsQueue = new SendgateQueue(stack, 'jobs', {
    name: 'jobs',
    urlVariable: 'jobsQueueUrl',
    consumerTimeout: JOBS_TIMEOUT,
  });
  const consentChanges = new SendgateFunction(stack, {
    name: 'consent-changes',
    timeout: CHANGES_TIMEOUT,
    errorImpact: notFollowed,
  });
  configuration.grantRead(consentChanges, ['GetItem']);
  outreach.grantUse(consentChanges, ['GetItem', 'Query', 'PutItem', 'UpdateItem']);
  for (const queue of [jobsQueue, carrierList, priority]) queue.grantSend(consentChanges);
  // Its name tells the changes of one table from those of the other.
  consentChanges.setEnvironment({ consentTable: registry.table.tableName });
  const { deadLetters } = jobsQueue;
  // Events only: the state and the marker that every event is written with say nothing more.
  followTable(stack, consentChanges, registry, {
    changes: { NewImage: { sk: { S: FilterRule.beginsWith(EVENT_PREFIX) } } },
    deadLetters,
  });
  // A builder's secret changes nothing for those who wait, and is none of this function's business.
  followTable(stack, consentChanges, configuration, {
    changes: { Keys: { pk: { S: FilterRule.notEquals(FORM_SECRETS) } } },
    deadLetters,
  });
  addJobs(stack, jobsQueue, carrierList);

  // A change that comes through at a second or third try harms nobody; six failures in five minutes hold up all behind it.
  alarms.onCount(consentChanges, 'changeFailed', { harm: notFollowed, moreThan: 5 });
  alarms.onStreamAge(consentChanges, 'Leads who opted in wait for their texts: changes are followed late.');
  alarms.onDeadLetters(
    'jobs',
    jobsQueue,
    'Leads who opted in wait for their texts, or members are left out of a broadcast: a change could not be followed.',
  );
  return { consentChanges };
}

/** Works through jobs that page through many leads: waking all who wait, broadcasts, and "Add Opt-Ins" (T6). */
function addJobs(stack: OrganizationStack, queue: SendgateQueue, carrierList: SendgateQueue): void {
  const { alarms, configuration, outreach, registry } = stack;
  const notDone =
    'Leads who opted in wait for their texts, or members are left out of a broadcast: jobs fail.';

  const jobs = new SendgateFunction(stack, {
    name: 'jobs',
    id: 'jobs-function',
    timeout: JOBS_TIMEOUT,
    errorImpact: notDone,
  });
  configuration.grantRead(jobs, ['GetItem']);
  outreach.grantUse(jobs, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'], [WORK_INDEX]);
  registry.grantKeywordList(jobs);
  for (const target of [queue, carrierList]) target.grantSend(jobs);
  queue.addConsumer(jobs, { batchSize: 1 });

  // A job that failed comes back after six minutes: more than two in five minutes are not the fault of one job.
  alarms.onCount(jobs, 'jobFailed', { harm: notDone, moreThan: 2 });
}
