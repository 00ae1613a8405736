import { startQueues } from '../../infra/local/engines.ts';
import { createLocalSalesforceApp } from '../../infra/local/salesforce/local.ts';
import { startSsm } from '../../infra/local/ssm.ts';
import { startTwilioStandIn } from '../../infra/local/twilio/stand-in.ts';
import type { Services } from './services.ts';

// Ends when the process that started this one has ended.
process.once('disconnect', () => process.exit());
const account = {
  accountSid: `AC${'0'.repeat(32)}`,
  apiKeySid: `SK${'0'.repeat(32)}`,
  apiKeySecret: 'bench',
};
const authToken = 'bench';
const credentials = '/sendgate/bench/twilio/api-key';
const salesforceCredentials = '/sendgate/bench/salesforce/credentials';
const authTokenParameter = '/sendgate/bench/twilio/auth-token';
const twilio = await startTwilioStandIn({ ...account, authToken });
// Twilio sends no delivery callbacks: the bench counts and times a text until Twilio has it.
twilio.setFault({ kind: 'callbacks', mode: 'missing' });
const queues = await startQueues();
const ssm = await startSsm({
  [credentials]: JSON.stringify(account),
  [authTokenParameter]: authToken,
  [salesforceCredentials]: JSON.stringify(createLocalSalesforceApp('bench').credentials),
});
const services: Services = {
  sqsUrl: queues.endpoint,
  twilioUrl: twilio.url,
  ssmUrl: ssm.endpoint,
  credentials,
  authTokenParameter,
  authToken,
  salesforceCredentials,
};
process.send?.(services);
