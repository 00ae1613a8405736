import type { Configuration } from '../../lib/configuration/configuration.ts';
import type { ConsentEvent } from '../../lib/consent/consent-event.ts';
import { isNewsForCarrier } from '../../lib/sender/carrier-list.ts';
import type { EnqueueSync } from '../../lib/sender/carrier-list-queue.ts';

export interface OptOutSyncDeps {
  readonly configuration: Pick<Configuration, 'settings'>;
  readonly enqueueSync: EnqueueSync;
}

/**
 * Queues the number of a consent event that Twilio may not know of, if the organization has access to Twilio's list (X9).
 * sender-admin reads the number's consent when it reports it, so the job carries none.
 */
export async function enqueueOptOutSync(deps: OptOutSyncDeps, event: ConsentEvent): Promise<void> {
  if (!isNewsForCarrier(event)) return;
  const { twilioConsentApi } = await deps.configuration.settings();
  if (twilioConsentApi) await deps.enqueueSync({ number: event.number });
}
