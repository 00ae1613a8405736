import { Duration } from 'aws-cdk-lib';
import { workKinds } from '../../lib/automation/work.ts';
import { WORK_INDEX } from '../../lib/tables/outreach.ts';
import { addSchedule } from '../constructs/schedule.ts';
import { SendgateFunction } from '../constructs/sendgate-function.ts';
import { SendgateQueue } from '../constructs/sendgate-queue.ts';
import type { OrganizationStack } from '../organization-stack.ts';

/** A batch of ten texts takes no longer, even with the slowest carrier. `reconcile` waits ten times this long for an answer. */
const GATE_TIMEOUT = Duration.seconds(60);
const SWEEP_RATE = Duration.minutes(15);
const OLDEST_DUE = Duration.hours(2);

/** The harm of a refused sender, which is known by the answer to a text, by its callback, or by the comparison with Twilio. */
export const CAMPAIGN_BLOCKED =
  'Nobody is texted: Twilio or the carriers filter or refuse the sender. Check its registration before sending on.';

/** The two queues to the gate. Texts that somebody waits for never queue behind a broadcast. */
interface Lanes {
  readonly priority: SendgateQueue;
  readonly bulk: SendgateQueue;
}

export interface Sending extends Pick<Lanes, 'priority'> {
  readonly cycle: SendgateFunction;
  readonly sendGate: SendgateFunction;
}

/** Adds the sending of due texts: cycles enqueue them in two lanes to the gate, the only place from which a text leaves. */
export function addSending(stack: OrganizationStack): Sending {
  const { alarms } = stack;
  const priority = new SendgateQueue(stack, 'priority', {
    name: 'priority',
    urlVariable: 'priorityQueueUrl',
    consumerTimeout: GATE_TIMEOUT,
  });
  const bulk = new SendgateQueue(stack, 'bulk', {
    name: 'bulk',
    urlVariable: 'bulkQueueUrl',
    consumerTimeout: GATE_TIMEOUT,
  });
  const cycle = addCycle(stack, { priority, bulk });
  const sendGate = addGate(stack, { priority, bulk });

  const late = 'These leads are texted late or not at all: their step failed five times.';
  alarms.onDeadLetters('priority', priority, late);
  alarms.onDeadLetters('bulk', bulk, late);
  return { priority, cycle, sendGate };
}

/** Adds the cycles, one schedule per kind of work, and the sweep. */
function addCycle(stack: OrganizationStack, { priority, bulk }: Lanes): SendgateFunction {
  const { alarms, isLive, organization, outreach } = stack;
  const { cycleRateMinutes } = organization;
  const notEnqueued = 'Nobody is texted: due texts are not enqueued.';

  const cycle = new SendgateFunction(stack, {
    name: 'automation-cycle',
    timeout: Duration.minutes(2),
    errorImpact: notEnqueued,
  });
  outreach.grantUse(cycle, ['GetItem', 'PutItem'], [WORK_INDEX]);
  for (const lane of [priority, bulk]) lane.grantSend(cycle);
  for (const kind of workKinds) {
    addSchedule(stack, `cycle-${kind}`, Duration.minutes(cycleRateMinutes), cycle, { kind });
  }
  addSchedule(stack, 'sweep', SWEEP_RATE, cycle, { sweep: true });

  // The next cycle does the work of a failed one. More than two failures in five minutes are no passing fault.
  alarms.onCount(cycle, 'cycleFailed', { harm: notEnqueued, moreThan: 2 });
  const silentMinutes = Math.max(10, cycleRateMinutes * 3);
  if (isLive) alarms.onSilence(cycle, silentMinutes, 'Nobody is texted: the cycles do not run.');
  alarms.onMeasure(cycle, 'oldestDueSeconds', {
    harm: 'Leads wait for their texts: some have been due for two hours, and the gate takes none or too few.',
    moreThan: OLDEST_DUE.toSeconds(),
  });
  return cycle;
}

/** Adds the gate: it alone may send, and may make a write depend on consent (S4). */
function addGate(stack: OrganizationStack, { priority, bulk }: Lanes): SendgateFunction {
  const { alarms, configuration, http, organization, outreach, registry, twilioSecrets } = stack;

  const sendGate = new SendgateFunction(stack, {
    name: 'send-gate',
    timeout: GATE_TIMEOUT,
    memoryMegabytes: 1024,
    errorImpact: 'Leads wait for their texts: the gate fails.',
  });
  sendGate.setEnvironment({ publicBaseUrl: http.publicBaseUrl, sender: organization.sender });
  registry.grantRecord(sendGate);
  registry.grantCondition(sendGate);
  configuration.grantRead(sendGate, ['BatchGetItem']);
  outreach.grantUse(sendGate, ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem']);
  twilioSecrets.grantApiKey(sendGate);
  // The limits keep the workers from filling a partition of the table, which would delay the records of sent texts. The bulk lane
  // leaves workers to the account's other functions (decision 151).
  priority.addConsumer(sendGate, { batchSize: 10, maxConcurrency: 150 });
  bulk.addConsumer(sendGate, { batchSize: 10, maxConcurrency: 40 });

  alarms.onCount(sendGate, 'textFailed', {
    harm: 'Leads wait for their texts: many of them failed in the gate and go back to the queue.',
    // A failed text comes back after six minutes, so that more than ten failures in five minutes come from many texts.
    moreThan: 10,
  });
  alarms.onCount(sendGate, 'textCampaignBlocked', {
    harm: CAMPAIGN_BLOCKED,
  });
  return sendGate;
}
