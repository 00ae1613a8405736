import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createLanes } from '../../lib/automation/lanes.ts';
import { createWorkIndex } from '../../lib/automation/work-index.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { createConfiguration } from '../../lib/organization/configuration.ts';
import { createOutboxStore } from '../../lib/outbox/outbox-store.ts';
import { createDocumentClient, type Item } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { countOutcomes, describeError, logger } from '../../lib/runtime/telemetry.ts';
import { createJobs } from './jobs.ts';
import { type Change, processConfigurationChange, processConsentChange } from './process-change.ts';
import type { ReplyDeps } from './reply.ts';
import { createCarrierQueue, type TellCarrierDeps } from './tell-carrier.ts';
import { runWakeJob, type WakeDeps, wakeJobSchema } from './wake.ts';

const env = readEnv([
  'organization',
  'configurationTable',
  'outreachTable',
  'jobsQueueUrl',
  'carrierListQueueUrl',
  'priorityQueueUrl',
]);
const client = createDocumentClient();
const sqs = new SQSClient({});
const now = () => new Date();
const deps: WakeDeps & ReplyDeps & TellCarrierDeps = {
  client,
  outreachTable: env.outreachTable,
  enrollments: createEnrollmentStore({ client, table: env.outreachTable }),
  leads: createLeadStore({ client, table: env.outreachTable, now }),
  outbox: createOutboxStore({ client, table: env.outreachTable }),
  index: createWorkIndex({ client, table: env.outreachTable }),
  configuration: createConfiguration({ ...env, client, table: env.configurationTable, now }),
  lanes: createLanes(sqs, { priority: env.priorityQueueUrl }),
  jobs: createJobs(sqs, env.jobsQueueUrl),
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
