import type { Context } from 'aws-lambda';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createSettingsStore } from '../../lib/configuration/settings-store.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createConversationStore } from '../../lib/conversations/conversation-store.ts';
import { createCrmJobQueue } from '../../lib/crm/enqueue-crm-job.ts';
import { differences } from '../../lib/drift/drift.ts';
import { createDriftStore } from '../../lib/drift/drift-store.ts';
import { createTwilioTextLog } from '../../lib/drift/twilio-text-log.ts';
import { createSubmissionStore } from '../../lib/forms/submission-store.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { createMessageStore } from '../../lib/messaging/message-store.ts';
import { createTwilioCarrier } from '../../lib/messaging/twilio-carrier.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { twilioCredentials } from '../../lib/runtime/secrets.ts';
import { countBy, countOutcomes } from '../../lib/telemetry/telemetry.ts';
import { findDrift } from './find-drift.ts';
import { finishSubmissions } from './finish-submissions.ts';
import { settleClaims } from './settle-claims.ts';

const env = readEnv([
  'organization',
  'consentTable',
  'configurationTable',
  'outreachTable',
  'twilioCredentialsParameter',
  'twilioBaseUrl',
  'sender',
]);
const client = createDocumentClient();
const now = () => new Date();
const deps = {
  ...env,
  client,
  now,
  messages: createMessageStore({ client, table: env.outreachTable, now }),
  registry: createConsentRegistry({ client, table: env.consentTable, now }),
  leads: createLeadStore({ client, table: env.outreachTable, now }),
  enrollments: createEnrollmentStore({ client, table: env.outreachTable }),
  arrivals: createCrmJobQueue({ ...env, client, now }),
  conversations: createConversationStore({ client, table: env.outreachTable, now }),
  drift: createDriftStore({ client, table: env.outreachTable }),
  submissions: createSubmissionStore({ client, table: env.outreachTable }),
  configuration: createSettingsStore({ ...env, client, table: env.configurationTable, now }),
};

const RESERVE_MILLISECONDS = 15_000;

export async function handler(_event: unknown, context: Context): Promise<void> {
  const hasTime = () => context.getRemainingTimeInMillis() > RESERVE_MILLISECONDS;
  // None waits for another: a submission that cannot be finished must not keep a text in doubt.
  const [claims, submissions, drift] = await Promise.allSettled([
    twilioOptions().then((twilio) =>
      settleClaims({ ...deps, carrier: createTwilioCarrier(twilio) }, hasTime),
    ),
    finishSubmissions(deps, hasTime),
    twilioOptions().then((twilio) => findDrift({ ...deps, log: createTwilioTextLog(twilio) }, hasTime)),
  ]);
  if (claims.status === 'fulfilled') countOutcomes(countBy('claim', claims.value));
  if (submissions.status === 'fulfilled') countOutcomes({ submissionFinished: submissions.value });
  if (drift.status === 'fulfilled' && drift.value) {
    const { found, settled, byDifference } = drift.value;
    const words = differences.flatMap((word) => Array<typeof word>(byDifference[word] ?? 0).fill(word));
    countOutcomes({ driftFound: found, driftSettled: settled, ...countBy('drift', words) });
  }
  const errors = [claims, submissions, drift].flatMap((part) =>
    part.status === 'rejected' ? [part.reason] : [],
  );
  if (errors.length > 0) throw new AggregateError(errors, 'Not everything could be reconciled');
}

async function twilioOptions() {
  const credentials = await twilioCredentials(env.twilioCredentialsParameter);
  const baseUrl = env.twilioBaseUrl === undefined ? {} : { baseUrl: env.twilioBaseUrl };
  return { credentials, sender: env.sender, ...baseUrl };
}
