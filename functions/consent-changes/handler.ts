import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { createConfiguration } from '../../lib/organization/configuration.ts';
import { createDocumentClient, type Item } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { countOutcomes, describeError, logger } from '../../lib/runtime/telemetry.ts';
import { createJobs } from './jobs.ts';
import { type Change, processConfigurationChange, processConsentChange } from './process-change.ts';
import { createCarrierQueue, type TellCarrierDeps } from './tell-carrier.ts';
import { runWakeJob, type WakeDeps, wakeJobSchema } from './wake.ts';

const env = readEnv([
  'organization',
  'configurationTable',
  'outreachTable',
  'jobsQueueUrl',
  'carrierListQueueUrl',
]);
const client = createDocumentClient();
const sqs = new SQSClient({});
const now = () => new Date();
const deps: WakeDeps & TellCarrierDeps = {
  enrollments: createEnrollmentStore({ client, table: env.outreachTable }),
  leads: createLeadStore({ client, table: env.outreachTable, now }),
  jobs: createJobs(sqs, env.jobsQueueUrl),
  configuration: createConfiguration({ ...env, client, table: env.configurationTable, now }),
  enqueueForCarrier: createCarrierQueue(sqs, env.carrierListQueueUrl),
  now,
};

export async function handler(event: DynamoDBStreamEvent | SQSEvent): Promise<DynamoDBBatchResponse> {
  let woken = 0;
  for (const record of event.Records) {
    try {
      woken += 'body' in record ? await runJob(record.body) : await apply(record);
    } catch (error) {
      // A stream is ordered: it goes on from here. A job's record comes alone.
      logger.error('A change could not be followed', describeError(error));
      countOutcomes({ changeFailed: 1, enrollmentWoken: woken });
      const id = 'body' in record ? record.messageId : record.dynamodb?.SequenceNumber;
      return { batchItemFailures: [{ itemIdentifier: id ?? '' }] };
    }
  }
  countOutcomes({ enrollmentWoken: woken });
  return { batchItemFailures: [] };
}

function runJob(body: string): Promise<number> {
  return runWakeJob(deps, wakeJobSchema.parse(JSON.parse(body)));
}

async function apply(record: DynamoDBRecord): Promise<number> {
  const change: Change = {
    before: unmarshalled(record.dynamodb?.OldImage),
    after: unmarshalled(record.dynamodb?.NewImage),
  };
  if (!record.eventSourceARN?.includes(`table/${env.configurationTable}/`)) {
    return processConsentChange(deps, change);
  }
  await processConfigurationChange(deps, change);
  return 0;
}

function unmarshalled(image: object | undefined): Item | undefined {
  return image && unmarshall(image as Record<string, AttributeValue>);
}
