import { Duration } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { Alarms } from './constructs/alarms.ts';
import { Dashboard } from './constructs/dashboard.ts';
import type { SendgateFunction } from './constructs/sendgate-function.ts';
import type { SendgateQueue } from './constructs/sendgate-queue.ts';
import type { Organization } from './organizations/organization.ts';

/** What rings when something of it fails. */
export interface MonitoredResources {
  readonly organization: Organization;
  readonly key: Key;
  readonly formWebhook: SendgateFunction;
  readonly twilioInbound: SendgateFunction;
  readonly twilioStatus: SendgateFunction;
  readonly adminApi: SendgateFunction;
  readonly registryJobs: SendgateFunction;
  readonly registryQueue: SendgateQueue;
  readonly senderAdmin: SendgateFunction;
  readonly cycle: SendgateFunction;
  readonly sendGate: SendgateFunction;
  readonly consentChanges: SendgateFunction;
  readonly crmLookup: SendgateFunction;
  readonly reconcile: SendgateFunction;
  readonly publishEvents: SendgateFunction;
  readonly unpublished: Queue;
  readonly priority: SendgateQueue;
  readonly bulk: SendgateQueue;
  readonly jobs: SendgateQueue;
  readonly carrierList: SendgateQueue;
}

/** Alarms, each saying whom it harms (docs/operations.md says what to do), and the dashboard of an organization's stack. */
export function addMonitoring(scope: Construct, parts: MonitoredResources): void {
  const { name, alarmEmail, cycleRateMinutes } = parts.organization;
  const alarms = new Alarms(scope, 'alarms', { organization: name, email: alarmEmail, key: parts.key });
  const stopLost = 'Someone who texted STOP may still be texted: a received text could not be taken.';
  alarms.onErrors(parts.twilioInbound, stopLost);
  alarms.onCount(parts.twilioInbound, 'inboundFailed', 0, stopLost);
  alarms.onCount(
    parts.twilioInbound,
    'inboundForged',
    50,
    'Somebody forges webhooks, or the auth token in SSM is not the one that signs: then no STOP is heard.',
  );
  const leadLost = 'A person who filled in a form may never be texted: the submission could not be taken.';
  alarms.onErrors(parts.formWebhook, leadLost);
  alarms.onCount(parts.formWebhook, 'submissionFailed', 0, leadLost);
  alarms.onCount(
    parts.formWebhook,
    'submissionLimited',
    50,
    'A person who fills in a form may be turned away: it gets more submissions than its limits allow (docs/security.md).',
  );
  alarms.onErrors(parts.twilioStatus, 'Agents see texts as undelivered that were delivered: callbacks fail.');
  alarms.onErrors(
    parts.adminApi,
    'Admins and agents get errors: settings and consents cannot be read or changed.',
  );
  const noExport =
    'Admins wait for an export of the registry that does not come: a legal request may go unanswered.';
  alarms.onErrors(parts.registryJobs, noExport);
  alarms.onCount(parts.registryJobs, 'exportFailed', 0, noExport);
  alarms.onDeadLetters('registry-jobs', parts.registryQueue, noExport);
  alarms.onErrors(
    parts.senderAdmin,
    'Admins get errors: whether replies reach us cannot be checked, and texts held for A2P are not released.',
  );
  alarms.onErrors(parts.cycle, 'Nobody is texted: due texts are not enqueued.');
  if (parts.organization.standby !== true)
    alarms.onSilence(
      parts.cycle,
      Math.max(10, cycleRateMinutes * 3),
      'Nobody is texted: the cycles do not run.',
    );
  alarms.onMeasure(
    parts.cycle,
    'oldestDueSeconds',
    Duration.hours(2).toSeconds(),
    'Leads wait for their texts: some have been due for two hours, and the gate takes none or too few.',
  );
  alarms.onErrors(parts.sendGate, 'Leads wait for their texts: the gate fails.');
  alarms.onCount(
    parts.sendGate,
    'textCampaignBlocked',
    0,
    'Nobody is texted: carriers filter or refuse the campaign. Check its registration before sending on.',
  );
  const late = 'These leads are texted late or not at all: their step failed five times.';
  alarms.onDeadLetters('priority', parts.priority, late);
  alarms.onDeadLetters('bulk', parts.bulk, late);
  alarms.onDeadLetters(
    'jobs',
    parts.jobs,
    'Leads who opted in wait for their texts, or members are left out of a broadcast: a change could not be followed.',
  );
  const outOfStep =
    'Someone who opted in again gets no texts, and Twilio lets texts through to someone who opted out: Twilio was not told.';
  alarms.onDeadLetters('carrier-list', parts.carrierList, outOfStep);
  alarms.onCount(parts.senderAdmin, 'carrierListRefused', 0, outOfStep);
  alarms.onStreamAge(
    parts.consentChanges,
    'Leads who opted in wait for their texts: changes are followed late.',
  );
  const unheard = (what: string) =>
    `Somebody who opted out may still be contacted by systems that follow the event bus: ${what}.`;
  alarms.onStreamAge(parts.publishEvents, unheard('events are published late'));
  alarms.onErrors(parts.publishEvents, unheard('publishing fails'));
  alarms.onCount(parts.publishEvents, 'eventUnreadable', 0, unheard('a change could not be read'));
  alarms.onDeadLetters('unpublished', { deadLetters: parts.unpublished }, unheard('events were given up'));
  const notHeard = 'Leads who agreed in ImproveIt 360 wait for their texts: look-ups fail.';
  alarms.onErrors(parts.crmLookup, notHeard);
  alarms.onCount(parts.crmLookup, 'crmFailed', 3, `${notHeard} GET /crm/status says why.`);
  const stopCompared =
    'Someone who texted STOP may have been texted since: only the comparison with Twilio told us (GET /drift).';
  alarms.onCount(parts.reconcile, 'driftStopMissed', 0, stopCompared);
  alarms.onCount(parts.reconcile, 'driftOptOutUnknown', 0, stopCompared);
  alarms.onCount(
    parts.reconcile,
    'driftTextNotOurs',
    0,
    'Somebody may be texted past the gate: texts leave from our sender that sendgate did not send (GET /drift).',
  );
  alarms.onCount(
    parts.reconcile,
    'driftTextMissed',
    0,
    'Agents see replies late and START is not heard: texts to us are lost on the way (GET /sender/check).',
  );
  alarms.onErrors(parts.reconcile, 'Texts stay in doubt and submissions half done: reconcile fails.');
  new Dashboard(scope, 'dashboard', {
    organization: name,
    shown: {
      'automation-cycle': parts.cycle,
      'send-gate': parts.sendGate,
      'consent-changes': parts.consentChanges,
    },
  });
}
