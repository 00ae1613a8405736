import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createLanes } from '../../lib/automation/lanes.ts';
import { createWorkIndex } from '../../lib/automation/work-index.ts';
import { EDGE } from '../../lib/lambda/edge.ts';
import { failure } from '../../lib/lambda/failure.ts';
import { requestLog } from '../../lib/lambda/request-log.ts';
import { timeBudget } from '../../lib/lambda/time-budget.ts';
import { AWS_REQUESTS } from '../../lib/runtime/aws-requests.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { createSingleTextStore } from '../../lib/single-texts/single-text-store.ts';
import { runSchedule, scheduleSchema } from './run-schedule.ts';
import { createWatermarks } from './watermarks.ts';

const env = readEnv(['outreachTable', 'priorityQueueUrl', 'bulkQueueUrl']);
const client = createDocumentClient();
const deps = {
  index: createWorkIndex({ client, table: env.outreachTable }),
  enrollments: createEnrollmentStore({ client, table: env.outreachTable }),
  singleTexts: createSingleTextStore({ client, table: env.outreachTable }),
  watermarks: createWatermarks(client, env.outreachTable),
  lanes: createLanes(new SQSClient(AWS_REQUESTS), { priority: env.priorityQueueUrl, bulk: env.bulkQueueUrl }),
  now: () => new Date(),
};

/** A run stops enqueuing this long before its time-out, so that it can still write the watermarks. */
const RESERVE_MILLISECONDS = 10_000;

export const handler = middy(EDGE)
  .use(requestLog())
  .use(failure({ message: 'A cycle or sweep failed', metric: 'cycleFailed' }))
  .use(timeBudget(RESERVE_MILLISECONDS, scheduleSchema))
  .handler(({ input, hasTime }) => runSchedule(deps, input, hasTime));
