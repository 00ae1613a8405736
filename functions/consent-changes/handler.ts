import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createLanes } from '../../lib/automation/lanes.ts';
import { createWorkIndex } from '../../lib/automation/work-index.ts';
import { createBroadcastStore } from '../../lib/campaigns/broadcast-store.ts';
import { addOptInsJobSchema, enrollJobSchema } from '../../lib/campaigns/campaign-jobs.ts';
import { createCampaignStore } from '../../lib/campaigns/campaign-store.ts';
import { createMemberStore } from '../../lib/campaigns/member-store.ts';
import { createOptInRuns } from '../../lib/campaigns/opt-in-runs.ts';
import { createSettingsStore } from '../../lib/configuration/settings-store.ts';
import type { ConsentEvent } from '../../lib/consent/consent-event.ts';
import { createConsentLists } from '../../lib/consent/lists.ts';
import { originOf } from '../../lib/consent/origin.ts';
import { wakeJobSchema } from '../../lib/gate/wake-job.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { AWS_REQUESTS } from '../../lib/runtime/aws-requests.ts';
import { createDocumentClient, type Item } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { createSingleTextStore } from '../../lib/single-texts/single-text-store.ts';
import { countBy, countOutcomes, describeError, logger } from '../../lib/telemetry/telemetry.ts';
import { type AddOptInsDeps, runAddOptInsJob } from './add-opt-ins.ts';
import { backfillSyncJobSchema, runBackfillSyncJob } from './backfill-opt-out-sync.ts';
import type { ReplyDeps } from './enqueue-event-reply.ts';
import { createSyncQueue, type OptOutSyncDeps } from './enqueue-opt-out-sync.ts';
import { type EnrollMembersDeps, runEnrollJob } from './enroll-members.ts';
import { createJobs } from './jobs.ts';
import {
  type Change,
  type FollowedEvent,
  processConfigurationChange,
  processConsentChange,
} from './process-change.ts';
import { runWakeJob, type WakeDeps } from './wake.ts';

const env = readEnv([
  'organization',
  'consentTable',
  'configurationTable',
  'outreachTable',
  'jobsQueueUrl',
  'carrierListQueueUrl',
  'priorityQueueUrl',
]);
const client = createDocumentClient();
const sqs = new SQSClient(AWS_REQUESTS);
const now = () => new Date();
const campaigns = createCampaignStore({ client, table: env.configurationTable, now });
const deps: WakeDeps & ReplyDeps & OptOutSyncDeps & EnrollMembersDeps & AddOptInsDeps = {
  client,
  outreachTable: env.outreachTable,
  enrollments: createEnrollmentStore({ client, table: env.outreachTable }),
  leads: createLeadStore({ client, table: env.outreachTable, now }),
  singleTexts: createSingleTextStore({ client, table: env.outreachTable }),
  index: createWorkIndex({ client, table: env.outreachTable }),
  configuration: createSettingsStore({ ...env, client, table: env.configurationTable, now }),
  lanes: createLanes(sqs, { priority: env.priorityQueueUrl }),
  campaigns,
  broadcasts: createBroadcastStore({ ...env, client, campaigns, now }),
  members: createMemberStore({ client, table: env.outreachTable, now }),
  optInRuns: createOptInRuns(client, env.outreachTable),
  lists: createConsentLists({ client, table: env.consentTable }),
  jobs: createJobs(sqs, env.jobsQueueUrl),
  enqueueSync: createSyncQueue(sqs, env.carrierListQueueUrl),
  now,
};

export async function handler(event: DynamoDBStreamEvent | SQSEvent): Promise<DynamoDBBatchResponse> {
  let woken = 0;
  const followed: ConsentEvent[] = [];
  const count = () => countOutcomes({ enrollmentWoken: woken, ...countChanges(followed) });
  for (const record of event.Records) {
    try {
      if ('body' in record) {
        woken += await runJob(record.body);
        continue;
      }
      const change = await apply(record);
      if (!change) continue;
      woken += change.woken;
      followed.push(change.event);
      tell(change);
    } catch (error) {
      // A stream is ordered: it goes on from here. A job's record comes alone.
      logger.error('A change could not be followed', describeError(error));
      countOutcomes({ changeFailed: 1 });
      count();
      const id = 'body' in record ? record.messageId : record.dynamodb?.SequenceNumber;
      return { batchItemFailures: [{ itemIdentifier: id ?? '' }] };
    }
  }
  count();
  return { batchItemFailures: [] };
}

/** Who opted in and out, by where it came from. An opt-in of who was opted in already is none. */
function countChanges(events: readonly ConsentEvent[]) {
  const moved = events.filter(({ before, after }) => before !== after);
  const sources = (status: ConsentEvent['after']) =>
    moved.filter(({ after }) => after === status).map(({ evidence }) => evidence.source);
  return { ...countBy('optIn', sources('opted_in')), ...countBy('optOut', sources('opted_out')) };
}

/** One line for an event that changed something, with the id of what it came from. */
function tell({ event, woken }: FollowedEvent): void {
  const { kind, effect, before, after, evidence } = event;
  if (effect !== 'changed') return;
  logger.info('Consent changed', { ...originOf(evidence), kind, before, after, woken });
}

const jobSchema = z.union([enrollJobSchema, addOptInsJobSchema, backfillSyncJobSchema, wakeJobSchema]);

/** @returns how many texts woke. */
async function runJob(body: string): Promise<number> {
  const job = jobSchema.parse(JSON.parse(body));
  if (!('job' in job)) return runWakeJob(deps, job);
  switch (job.job) {
    case 'enroll':
      await runEnrollJob(deps, job);
      break;
    case 'addOptIns':
      await runAddOptInsJob(deps, job);
      break;
    case 'backfillSync':
      await runBackfillSyncJob(deps, job);
  }
  return 0;
}

async function apply(record: DynamoDBRecord): Promise<FollowedEvent | undefined> {
  const change: Change = {
    before: unmarshalled(record.dynamodb?.OldImage),
    after: unmarshalled(record.dynamodb?.NewImage),
  };
  if (!record.eventSourceARN?.includes(`table/${env.configurationTable}/`)) {
    return processConsentChange(deps, change);
  }
  await processConfigurationChange(deps, change);
  return undefined;
}

function unmarshalled(image: object | undefined): Item | undefined {
  return image && unmarshall(image as Record<string, AttributeValue>);
}
