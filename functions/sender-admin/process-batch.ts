import { carrierListJobSchema } from '../../lib/sender/carrier-list.ts';
import { type SyncConsentDeps, type SyncOutcome, syncConsent } from './sync-consent.ts';

export interface BatchResult {
  /** Message ids of the records that go back to the queue. */
  readonly failed: readonly string[];
  readonly outcomes: readonly SyncOutcome[];
  /** Why all of them go back, where Twilio took nothing. */
  readonly error?: unknown;
}

/** Works off some records of the queue of consents that Twilio may not know of, with one call for all of them. */
export async function processBatch(
  deps: SyncConsentDeps,
  records: readonly { readonly messageId: string; readonly body: string }[],
): Promise<BatchResult> {
  const jobs = records.map(({ messageId, body }) => {
    return { messageId, number: carrierListJobSchema.parse(JSON.parse(body)).number };
  });
  try {
    const outcomes = await syncConsent(
      deps,
      jobs.map(({ number }) => number),
    );
    const failed = jobs.filter(({ number }) => outcomes.get(number) === 'unsettled');
    return { failed: failed.map(({ messageId }) => messageId), outcomes: [...outcomes.values()] };
  } catch (error) {
    // Twilio is out of reach or refuses us altogether: every record comes again, and ends with the dead letters.
    return { failed: jobs.map(({ messageId }) => messageId), outcomes: [], error };
  }
}
