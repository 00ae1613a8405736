import type { Configuration } from '../../lib/configuration/configuration.ts';
import type { ConsentEvent } from '../../lib/consent/consent-event.ts';
import { isNewsForCarrier } from '../../lib/sender/carrier-list.ts';
import type { EnqueueSync } from '../../lib/sender/carrier-list-queue.ts';

export interface OptOutSyncDeps {
  readonly configuration: Pick<Configuration, 'settings'>;
  readonly enqueueSync: EnqueueSync;
}

/** Queues a change of consent that Twilio may not know of, where the organization has access to Twilio's list (X9). */
export async function enqueueOptOutSync(deps: OptOutSyncDeps, event: ConsentEvent): Promise<void> {
  if (!isNewsForCarrier(event)) return;
  const { twilioConsentApi } = await deps.configuration.settings();
  // Only the number: the consent that Twilio is told is read at the moment of telling.
  if (twilioConsentApi) await deps.enqueueSync({ number: event.number });
}
