import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Configuration } from '../../lib/configuration/configuration.ts';
import type { ConsentEvent } from '../../lib/consent/consent-event.ts';
import { type CarrierListJob, isNewsForCarrier } from '../../lib/sender/carrier-list.ts';

export interface OptOutSyncDeps {
  readonly configuration: Pick<Configuration, 'settings'>;
  /** Hands a number on to the function that may write to Twilio. */
  readonly enqueueSync: (job: CarrierListJob) => Promise<void>;
}

export function createSyncQueue(client: SQSClient, url: string): OptOutSyncDeps['enqueueSync'] {
  return async (job) => {
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(job) }));
  };
}

/** A change of consent that Twilio may not know of goes to Twilio, where the organization has access to its list (X9). */
export async function enqueueOptOutSync(deps: OptOutSyncDeps, event: ConsentEvent): Promise<void> {
  if (!isNewsForCarrier(event)) return;
  const { twilioConsentApi } = await deps.configuration.settings();
  // What is told is read when it is told: the number says it all.
  if (twilioConsentApi) await deps.enqueueSync({ number: event.number });
}
