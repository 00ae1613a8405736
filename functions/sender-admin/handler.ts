import { createApi } from '../../lib/http/api.ts';
import { createConfiguration } from '../../lib/organization/configuration.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { twilioCredentials } from '../../lib/runtime/secrets.ts';
import { createTwilioSenderAccount } from '../../lib/sender/twilio-sender-account.ts';
import { senderRoutes } from './routes.ts';

const env = readEnv([
  'organization',
  'configurationTable',
  'publicBaseUrl',
  'twilioCredentialsParameter',
  'twilioBaseUrl',
  'sender',
]);
const now = () => new Date();

export const handler = createApi(senderRoutes, {
  account: async () => {
    const credentials = await twilioCredentials(env.twilioCredentialsParameter);
    const baseUrl = env.twilioBaseUrl === undefined ? {} : { baseUrl: env.twilioBaseUrl };
    return createTwilioSenderAccount({ credentials, sender: env.sender, ...baseUrl });
  },
  configuration: createConfiguration({
    ...env,
    client: createDocumentClient(),
    table: env.configurationTable,
    now,
  }),
  ours: {
    inbound: `${env.publicBaseUrl}/twilio/inbound`,
    status: `${env.publicBaseUrl}/twilio/status`,
  },
  now,
});
