import { Duration } from 'aws-cdk-lib';
import { senderApi } from '../../lib/sender/sender-api.ts';
import { SendgateFunction } from '../constructs/sendgate-function.ts';
import { SendgateQueue } from '../constructs/sendgate-queue.ts';
import type { OrganizationStack } from '../organization-stack.ts';

const TIMEOUT = Duration.seconds(25);

/**
 * Adds the check and repair of the sender at Twilio (S9), and the sync of Twilio's list of consents (X9). Both need the API key
 * that also sends texts, so they are separate from the function that serves the other requests.
 *
 * @returns the queue of numbers to sync.
 */
export function addSender(stack: OrganizationStack): { readonly carrierList: SendgateQueue } {
  const { alarms, configuration, http, organization, registry, twilioSecrets } = stack;
  const unchecked =
    'Admins get errors: whether replies reach us cannot be checked, and texts held for A2P are not released.';
  const outOfStep =
    'Someone who opted in again gets no texts, and Twilio lets texts through to someone who opted out: Twilio was not told.';

  const carrierList = new SendgateQueue(stack, 'carrier-list', {
    name: 'carrier-list',
    urlVariable: 'carrierListQueueUrl',
    consumerTimeout: TIMEOUT,
  });
  const senderAdmin = new SendgateFunction(stack, {
    name: 'sender-admin',
    timeout: TIMEOUT,
    errorImpact: unchecked,
  });
  senderAdmin.setEnvironment({ publicBaseUrl: http.publicBaseUrl, sender: organization.sender });
  configuration.grantChange(senderAdmin, ['GetItem'], ['PutItem']);
  registry.grantRecord(senderAdmin);
  registry.grantHistory(senderAdmin);
  twilioSecrets.grantApiKey(senderAdmin);
  http.addProtectedRoutes(Object.values(senderApi), senderAdmin);
  // Twilio takes 25 numbers a call and 100 calls a minute.
  carrierList.addConsumer(senderAdmin, {
    batchSize: 25,
    maxBatchingWindow: Duration.seconds(5),
    maxConcurrency: 2,
  });

  // No retry follows unless the person tries again, so that one failed request is harm already.
  alarms.onCount(senderAdmin, 'senderRequestFailed', { harm: unchecked });
  alarms.onCount(senderAdmin, 'carrierListRefused', { harm: outOfStep });
  alarms.onDeadLetters('carrier-list', carrierList, outOfStep);
  return { carrierList };
}
