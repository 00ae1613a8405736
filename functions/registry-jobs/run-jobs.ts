import { randomUUID } from 'node:crypto';
import type { ExportJob } from '../../lib/exports/export.ts';
import type { ExportStore } from '../../lib/exports/export-store.ts';
import type { FailedRecord, QueueRecord } from '../../lib/lambda/sqs-records.ts';
import { countBy, countOutcomes, describeError, logger } from '../../lib/telemetry/telemetry.ts';
import { type ExportDeps, giveUp, runExport } from './run-export.ts';

export interface RegistryJobsDeps extends ExportDeps {
  readonly exports: ExportDeps['exports'] & Pick<ExportStore, 'get'>;
}

/** The queue delivers a record this often before it becomes a dead letter. The last delivery marks the export as failed. */
const MAXIMUM_RECEIVES = 5;

/**
 * Works on queued exports, one after the other.
 *
 * @returns the records that go back to the queue.
 * @throws when an export cannot even be marked as failed.
 */
export async function runJobs(
  deps: RegistryJobsDeps,
  records: readonly QueueRecord<ExportJob>[],
  remainingMilliseconds: () => number,
): Promise<FailedRecord[]> {
  const failed: FailedRecord[] = [];
  for (const { messageId, content, receives } of records) {
    const { exportId } = content;
    const worker = { id: randomUUID(), remainingMilliseconds };
    try {
      countOutcomes(countBy('export', [await runExport(deps, exportId, worker)]));
    } catch (error) {
      if (receives < MAXIMUM_RECEIVES) failed.push({ messageId, error, about: { exportId } });
      else await giveUpExport(deps, exportId, worker.id, error);
    }
  }
  return failed;
}

async function giveUpExport(
  deps: RegistryJobsDeps,
  exportId: string,
  worker: string,
  error: unknown,
): Promise<void> {
  const current = await deps.exports.get(exportId);
  if (current) await giveUp(deps, current, worker, 'It failed five times. Start another one.');
  logger.error('An export failed', { exportId, ...describeError(error) });
  countOutcomes({ exportFailed: 1 });
}
