import { Duration } from 'aws-cdk-lib';
import { SendgateFunction } from '../constructs/sendgate-function.ts';
import type { OrganizationStack } from '../organization-stack.ts';
import { CAMPAIGN_BLOCKED } from './sending.ts';

const TIMEOUT = Duration.seconds(10);
const SIGNED = "Twilio's signature over the request proves the caller.";

/** Adds Twilio's webhooks: the texts that people send, and the delivery callbacks of sent texts. */
export function addTwilioWebhooks(stack: OrganizationStack): void {
  const { alarms, configuration, http, outreach, registry, twilioSecrets } = stack;
  const { publicBaseUrl } = http;
  const stopLost = 'Someone who texted STOP may still be texted: a received text could not be taken.';
  const newsLost = 'Agents see texts as undelivered that were delivered: callbacks fail.';

  const twilioInbound = new SendgateFunction(stack, {
    name: 'twilio-inbound',
    timeout: TIMEOUT,
    errorImpact: stopLost,
  });
  twilioInbound.setEnvironment({ publicBaseUrl });
  registry.grantRecord(twilioInbound);
  configuration.grantRead(twilioInbound, ['GetItem']);
  outreach.grantUse(twilioInbound, ['GetItem', 'Query', 'PutItem', 'UpdateItem']);
  twilioSecrets.grantAuthToken(twilioInbound);
  http.addPublicRoute('/twilio/inbound', twilioInbound, SIGNED);

  const twilioStatus = new SendgateFunction(stack, {
    name: 'twilio-status',
    timeout: TIMEOUT,
    errorImpact: newsLost,
  });
  twilioStatus.setEnvironment({ publicBaseUrl });
  registry.grantRecord(twilioStatus);
  outreach.grantUse(twilioStatus, ['GetItem', 'UpdateItem']);
  twilioSecrets.grantAuthToken(twilioStatus);
  http.addPublicRoute('/twilio/status', twilioStatus, SIGNED);

  alarms.onCount(twilioInbound, 'inboundFailed', { harm: stopLost });
  alarms.onCount(twilioInbound, 'inboundUnreadable', {
    harm: 'Someone who asked to stop may still be texted: their text came from a sender without a number that we can read.',
  });
  const forged =
    'Somebody forges webhooks, or the auth token in SSM is not the one that signs: then no STOP is heard.';
  alarms.onCount(twilioInbound, 'inboundForged', { harm: forged, moreThan: 50 });
  // Each sent text has two callbacks. With a wrong token this alarm rings before anybody texts us.
  alarms.onCount(twilioStatus, 'callbackForged', { harm: forged, moreThan: 50 });
  alarms.onCount(twilioStatus, 'callbackCampaignBlocked', { harm: CAMPAIGN_BLOCKED });
  // The comparison with Twilio makes up for a lost callback (X11). More than ten in five minutes are no passing fault.
  alarms.onCount(twilioStatus, 'callbackFailed', { harm: newsLost, moreThan: 10 });
}
