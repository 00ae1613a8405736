import { Duration } from 'aws-cdk-lib';
import { senderApi } from '../../lib/sender/sender-api.ts';
import { SendgateFunction } from '../constructs/sendgate-function.ts';
import { SendgateQueue } from '../constructs/sendgate-queue.ts';
import type { OrganizationStack } from '../organization-stack.ts';

const TIMEOUT = Duration.seconds(25);

/**
 * Sets the sender up at Twilio, and tells Twilio's list of consents what it may not know (X9). Asking Twilio about the sender
 * takes the key that sends, which no other request may come near.
 *
 * @returns the queue of consents to tell.
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

  // Nothing tries a request again but the person who got the error: one is harm already.
  alarms.onCount(senderAdmin, 'senderRequestFailed', { harm: unchecked });
  alarms.onCount(senderAdmin, 'carrierListRefused', { harm: outOfStep });
  alarms.onDeadLetters('carrier-list', carrierList, outOfStep);
  return { carrierList };
}
