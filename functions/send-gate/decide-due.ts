import { type WaitingReason, waitingReasons } from '../../lib/gate/wake.ts';
import type { FailedRecord } from '../../lib/lambda/sqs-records.ts';
import { loggableId } from '../../lib/messaging/loggable-id.ts';
import { countBy, countOutcomes, logger } from '../../lib/telemetry/telemetry.ts';
import { type DueRecord, type EndedText, processBatch } from './process-batch.ts';
import type { GateDeps } from './process-text.ts';

/** Decides and sends a batch of due texts, and counts and logs how each ended. @returns the records that go back to the queue. */
export async function decideDue(deps: GateDeps, records: readonly DueRecord[]): Promise<FailedRecord[]> {
  const { failed, ended } = await processBatch(deps, records);
  for (const { text, outcome, reason } of ended) {
    logger.info('A text was decided', { messageId: loggableId(text), outcome, ...(reason && { reason }) });
  }
  const outcomes = ended.map(({ outcome }) => outcome);
  countOutcomes({ ...countBy('text', outcomes), ...countBy('held', ended.flatMap(waitingReasonOf)) });
  return failed.map(({ messageId, text, error }) => ({
    messageId,
    error,
    about: { messageId: loggableId(text) },
  }));
}

/** Returns the reason that a held text waits for, if it waits. */
function waitingReasonOf({ outcome, reason }: EndedText): WaitingReason[] {
  if (outcome !== 'held' && outcome !== 'optInRequested') return [];
  return waitingReasons.filter((word) => word === reason);
}
