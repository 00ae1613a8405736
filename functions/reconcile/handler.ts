import type { Context } from 'aws-lambda';
import { createMessageStore } from '../../lib/messaging/message-store.ts';
import { createTwilioCarrier } from '../../lib/messaging/twilio-carrier.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { twilioCredentials } from '../../lib/runtime/secrets.ts';
import { countOutcomes, tally } from '../../lib/runtime/telemetry.ts';
import { settleClaims } from './settle-claims.ts';

const env = readEnv([
  'consentTable',
  'outreachTable',
  'twilioCredentialsParameter',
  'twilioBaseUrl',
  'sender',
]);
const client = createDocumentClient();
const now = () => new Date();
const messages = createMessageStore({ client, table: env.outreachTable, now });

const RESERVE_MILLISECONDS = 15_000;

export async function handler(_event: unknown, context: Context): Promise<void> {
  const credentials = await twilioCredentials(env.twilioCredentialsParameter);
  const baseUrl = env.twilioBaseUrl === undefined ? {} : { baseUrl: env.twilioBaseUrl };
  const carrier = createTwilioCarrier({ credentials, sender: env.sender, ...baseUrl });
  const hasTime = () => context.getRemainingTimeInMillis() > RESERVE_MILLISECONDS;
  countOutcomes(tally('claim', await settleClaims({ ...env, client, now, messages, carrier }, hasTime)));
}
