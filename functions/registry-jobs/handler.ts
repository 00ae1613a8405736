import { randomUUID } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { exportJobSchema } from '../../lib/exports/export.ts';
import { createExportJobs } from '../../lib/exports/export-jobs.ts';
import { createExportStore } from '../../lib/exports/export-store.ts';
import { AWS_REQUESTS } from '../../lib/runtime/aws-requests.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { countBy, countOutcomes, describeError, logger } from '../../lib/telemetry/telemetry.ts';
import { type ExportDeps, giveUp, runExport } from './run-export.ts';
import { createUpload } from './upload.ts';

const env = readEnv(['consentTable', 'outreachTable', 'exportBucket', 'registryJobsQueueUrl', 's3Endpoint']);
const client = createDocumentClient();
const now = () => new Date();
const s3 = new S3Client({
  forcePathStyle: env.s3Endpoint !== undefined,
  // TLS guards the way; a checksum per part would have to be kept with the parts' tags.
  requestChecksumCalculation: 'WHEN_REQUIRED',
});
const exports = createExportStore({ client, table: env.outreachTable, now });
const deps: ExportDeps = {
  consent: { client, table: env.consentTable },
  exports,
  upload: createUpload(s3, env.exportBucket),
  jobs: createExportJobs(new SQSClient(AWS_REQUESTS), env.registryJobsQueueUrl),
  now,
};

/** What the queue gives a job before it goes to the dead letters: the last try says that it failed. */
const LAST_TRY = 5;

/** One job at a time. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  for (const { body, messageId, attributes } of event.Records) {
    const { exportId } = exportJobSchema.parse(JSON.parse(body));
    const worker = { id: randomUUID(), remainingMilliseconds: () => context.getRemainingTimeInMillis() };
    try {
      const outcome = await runExport(deps, exportId, worker);
      countOutcomes(countBy('export', [outcome]));
    } catch (error) {
      logger.error('An export failed', { exportId, ...describeError(error) });
      if (Number(attributes?.ApproximateReceiveCount ?? 1) < LAST_TRY) {
        return { batchItemFailures: [{ itemIdentifier: messageId }] };
      }
      const current = await exports.get(exportId);
      if (current) await giveUp(deps, current, worker.id, 'It failed five times. Start another one.');
      countOutcomes({ exportFailed: 1 });
    }
  }
  return { batchItemFailures: [] };
}
