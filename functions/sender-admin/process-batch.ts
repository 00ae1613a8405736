import type { FailedRecord, QueueRecord } from '../../lib/lambda/sqs-records.ts';
import type { CarrierList, CarrierListJob } from '../../lib/sender/carrier-list.ts';
import { countBy, countOutcomes } from '../../lib/telemetry/telemetry.ts';
import { type SyncConsentDeps, syncConsent } from './sync-consent.ts';

export interface BatchDeps extends Omit<SyncConsentDeps, 'carrierList'> {
  readonly carrierList: () => Promise<CarrierList>;
}

/**
 * Reports the consent of the records' numbers to Twilio, with one call for all of them (X9).
 *
 * @returns the records that go back to the queue.
 */
export async function processBatch(
  deps: BatchDeps,
  records: readonly QueueRecord<CarrierListJob>[],
): Promise<FailedRecord[]> {
  try {
    const outcomes = await syncConsent(
      { ...deps, carrierList: await deps.carrierList() },
      records.map(({ content }) => content.number),
    );
    countOutcomes(countBy('carrierList', [...outcomes.values()]));
    const unsettled = records.filter(({ content }) => outcomes.get(content.number) === 'unsettled');
    const error = new Error('Consent changed again and again while Twilio was told of it');
    return unsettled.map(({ messageId }) => ({ messageId, error }));
  } catch (error) {
    // Twilio is out of reach or refuses every call. Every record comes again, and becomes a dead letter in the end.
    return records.map(({ messageId }) => ({ messageId, error }));
  }
}
