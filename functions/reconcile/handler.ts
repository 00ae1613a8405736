import type { Context } from 'aws-lambda';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createArrivals } from '../../lib/crm/arrivals.ts';
import { createSubmissionStore } from '../../lib/forms/submission-store.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { createMessageStore } from '../../lib/messaging/message-store.ts';
import { createTwilioCarrier } from '../../lib/messaging/twilio-carrier.ts';
import { createConfiguration } from '../../lib/organization/configuration.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { twilioCredentials } from '../../lib/runtime/secrets.ts';
import { countOutcomes, tally } from '../../lib/runtime/telemetry.ts';
import { finishSubmissions } from './finish-submissions.ts';
import { type ClaimOutcome, settleClaims } from './settle-claims.ts';

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
  arrivals: createArrivals({ ...env, client, now }),
  submissions: createSubmissionStore({ client, table: env.outreachTable }),
  configuration: createConfiguration({ ...env, client, table: env.configurationTable, now }),
};

const RESERVE_MILLISECONDS = 15_000;

export async function handler(_event: unknown, context: Context): Promise<void> {
  const hasTime = () => context.getRemainingTimeInMillis() > RESERVE_MILLISECONDS;
  // Neither waits for the other: a submission that cannot be finished must not keep a text in doubt.
  const [claims, submissions] = await Promise.allSettled([settle(hasTime), finishSubmissions(deps, hasTime)]);
  if (claims.status === 'fulfilled') countOutcomes(tally('claim', claims.value));
  if (submissions.status === 'fulfilled') countOutcomes({ submissionFinished: submissions.value });
  const errors = [claims, submissions].flatMap((part) => (part.status === 'rejected' ? [part.reason] : []));
  if (errors.length > 0) throw new AggregateError(errors, 'Not everything could be reconciled');
}

async function settle(hasTime: () => boolean): Promise<ClaimOutcome[]> {
  const credentials = await twilioCredentials(env.twilioCredentialsParameter);
  const baseUrl = env.twilioBaseUrl === undefined ? {} : { baseUrl: env.twilioBaseUrl };
  const carrier = createTwilioCarrier({ credentials, sender: env.sender, ...baseUrl });
  return settleClaims({ ...deps, carrier }, hasTime);
}
