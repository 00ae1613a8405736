import { countOutcomes, describeError, logger } from '../../lib/telemetry/telemetry.ts';
import { type PublishDeps, publishChanges, type TableChange } from './publish.ts';

/**
 * Publishes a batch of changes (X8), and logs and counts those that cannot be read.
 *
 * @returns the sequence number from which the stream must deliver again; undefined when the bus took every event.
 */
export async function publishBatch(
  deps: Omit<PublishDeps, 'onUnreadable'>,
  changes: readonly TableChange[],
): Promise<string | undefined> {
  const { published, refused, beginAgain } = await publishChanges({ ...deps, onUnreadable }, changes);
  countOutcomes({ eventPublished: published, eventRefused: refused });
  return beginAgain;
}

function onUnreadable({ sequenceNumber, table }: TableChange, error: unknown): void {
  logger.error('A change cannot be read, so its event is not published', {
    sequenceNumber,
    table,
    ...describeError(error),
  });
  countOutcomes({ eventUnreadable: 1 });
}
