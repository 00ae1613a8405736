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

/** The queues that consent-changes sends records to. */
export interface ChangesProps {
  readonly priority: SendgateQueue;
  readonly carrierList: SendgateQueue;
}

/** Adds what follows the changes of consent and configuration: they wake texts at once (H10) or through a job. */
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
  outreach.grantUse(consentChanges, ['GetItem', 'Query', 'PutItem']);
  for (const queue of [jobsQueue, carrierList, priority]) queue.grantSend(consentChanges);
  // The function tells the tables' changes apart by the table's name.
  consentChanges.setEnvironment({ consentTable: registry.table.tableName });
  const { deadLetters } = jobsQueue;
  // Only events are followed. The state and the marker that are written with an event add no information.
  followTable(stack, consentChanges, registry, {
    changes: { NewImage: { sk: { S: FilterRule.beginsWith(EVENT_PREFIX) } } },
    deadLetters,
  });
  // A builder's signing secret wakes no text, and this function may not see it.
  followTable(stack, consentChanges, configuration, {
    changes: { Keys: { pk: { S: FilterRule.notEquals(FORM_SECRETS) } } },
    deadLetters,
  });
  addJobs(stack, jobsQueue, carrierList);

  // A change that succeeds at a second or third try harms nobody. Six failures in five minutes delay every change behind it.
  alarms.onCount(consentChanges, 'changeFailed', { harm: notFollowed, moreThan: 5 });
  alarms.onStreamAge(consentChanges, 'Leads who opted in wait for their texts: changes are followed late.');
  alarms.onDeadLetters(
    'jobs',
    jobsQueue,
    'Leads who opted in wait for their texts, or members are left out of a broadcast: a change could not be followed.',
  );
  return { consentChanges };
}

/** Adds the jobs that page through many leads: waking texts, broadcasts (T5), "Add Opt-Ins" (T6), and the sync of Twilio's list (X9). */
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

  // A failed job comes back after six minutes, so that more than two failures in five minutes come from several jobs.
  alarms.onCount(jobs, 'jobFailed', { harm: notDone, moreThan: 2 });
}
