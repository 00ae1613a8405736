import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import { exportJobSchema } from '../../lib/exports/export.ts';
import { createExportJobs } from '../../lib/exports/export-jobs.ts';
import { createExportStore } from '../../lib/exports/export-store.ts';
import { EDGE } from '../../lib/lambda/edge.ts';
import { failure } from '../../lib/lambda/failure.ts';
import { requestLog } from '../../lib/lambda/request-log.ts';
import { sqsRecords } from '../../lib/lambda/sqs-records.ts';
import { AWS_REQUESTS } from '../../lib/runtime/aws-requests.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { runJobs } from './run-jobs.ts';
import { createUpload } from './upload.ts';

const env = readEnv(['consentTable', 'outreachTable', 'exportBucket', 'registryJobsQueueUrl', 's3Endpoint']);
const client = createDocumentClient();
const now = () => new Date();
const s3 = new S3Client({
  forcePathStyle: env.s3Endpoint !== undefined,
  // TLS protects the transfer. A checksum per part would have to be stored with the parts' tags.
  requestChecksumCalculation: 'WHEN_REQUIRED',
});
const deps = {
  consent: { client, table: env.consentTable },
  exports: createExportStore({ client, table: env.outreachTable, now }),
  upload: createUpload(s3, env.exportBucket),
  jobs: createExportJobs(new SQSClient(AWS_REQUESTS), env.registryJobsQueueUrl),
  now,
};

const GOES_BACK = { message: 'An export goes back to the queue', metric: 'exportRetrying' } as const;

export const handler = middy(EDGE)
  .use(requestLog())
  .use(failure({ message: 'An export failed', metric: 'exportFailed' }))
  .use(sqsRecords(exportJobSchema, GOES_BACK))
  .handler(({ records }, context) => runJobs(deps, records, () => context.getRemainingTimeInMillis()));
