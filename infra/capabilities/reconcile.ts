import { Duration } from 'aws-cdk-lib';
import { COLLECTION_INDEX } from '../../lib/tables/collection.ts';
import { WORK_INDEX } from '../../lib/tables/outreach.ts';
import { addSchedule } from '../constructs/schedule.ts';
import { SendgateFunction } from '../constructs/sendgate-function.ts';
import type { OrganizationStack } from '../organization-stack.ts';
import { CAMPAIGN_BLOCKED } from './sending.ts';

const RATE = Duration.minutes(5);

/** Adds reconcile: it settles texts without an answer, completes submissions, and compares the registry with Twilio (X5, X11). */
export function addReconcile(stack: OrganizationStack): void {
  const { alarms, configuration, organization, outreach, registry, twilioSecrets } = stack;
  const inDoubt = 'Texts stay in doubt and submissions half done: reconcile fails.';

  const reconcile = new SendgateFunction(stack, {
    name: 'reconcile',
    timeout: Duration.minutes(4),
    errorImpact: inDoubt,
  });
  reconcile.setEnvironment({ sender: organization.sender });
  registry.grantRecord(reconcile);
  configuration.grantRead(reconcile, ['GetItem']);
  outreach.grantUse(reconcile, ['GetItem', 'PutItem', 'UpdateItem'], [WORK_INDEX, COLLECTION_INDEX]);
  twilioSecrets.grantApiKey(reconcile);
  addSchedule(stack, 'reconcile-schedule', RATE, reconcile);

  alarms.onCount(reconcile, 'reconcileFailed', {
    harm: inDoubt,
    // The next run does the work of a failed one. Two failures in three runs are no passing fault.
    moreThan: 1,
    period: Duration.minutes(3 * RATE.toMinutes()),
  });
  alarms.onCount(reconcile, 'claimCampaignBlocked', { harm: CAMPAIGN_BLOCKED });
  const stopCompared =
    'Someone who texted STOP may have been texted since: only the comparison with Twilio told us (GET /drift).';
  alarms.onCount(reconcile, 'driftStopMissed', { harm: stopCompared });
  alarms.onCount(reconcile, 'driftOptOutUnknown', { harm: stopCompared });
  alarms.onCount(reconcile, 'driftTextNotOurs', {
    harm: 'Somebody may be texted past the gate: texts leave from our sender that sendgate did not send (GET /drift).',
  });
  const notHeard =
    'Agents see replies late and START is not heard: texts to us are lost on the way (GET /sender/check).';
  alarms.onCount(reconcile, 'driftTextMissed', { harm: notHeard });
  alarms.onCount(reconcile, 'driftStartMissed', { harm: notHeard });
}
