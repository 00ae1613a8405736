import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createLanes } from '../../lib/automation/lanes.ts';
import { type WorkKind, workKinds } from '../../lib/automation/work.ts';
import { createWorkIndex } from '../../lib/automation/work-index.ts';
import { AWS_REQUESTS } from '../../lib/runtime/aws-requests.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { createSingleTextStore } from '../../lib/single-texts/single-text-store.ts';
import { countOutcomes, logger, measure } from '../../lib/telemetry/telemetry.ts';
import { type ExpireWaitingDeps, expireWaiting } from './expire-waiting.ts';
import { type CycleDeps, type CycleResult, runCycle, sweepDue } from './run-cycle.ts';
import { createWatermarks } from './watermarks.ts';

const env = readEnv(['outreachTable', 'priorityQueueUrl', 'bulkQueueUrl']);
const client = createDocumentClient();
const deps: CycleDeps & ExpireWaitingDeps = {
  index: createWorkIndex({ client, table: env.outreachTable }),
  enrollments: createEnrollmentStore({ client, table: env.outreachTable }),
  singleTexts: createSingleTextStore({ client, table: env.outreachTable }),
  watermarks: createWatermarks(client, env.outreachTable),
  lanes: createLanes(new SQSClient(AWS_REQUESTS), { priority: env.priorityQueueUrl, bulk: env.bulkQueueUrl }),
  now: () => new Date(),
};

/** What a schedule says: run a cycle of one kind, or sweep up after all of them. */
const inputSchema = z.union([z.object({ kind: z.enum(workKinds) }), z.object({ sweep: z.literal(true) })]);

/** Left over for writing the marks. */
const RESERVE_MILLISECONDS = 10_000;

export async function handler(event: unknown, context: Context): Promise<CycleResult[]> {
  const input = inputSchema.parse(event);
  const hasTime = () => context.getRemainingTimeInMillis() > RESERVE_MILLISECONDS;
  const [name, run, kinds]: ['cycle' | 'sweep', typeof runCycle, readonly WorkKind[]] =
    'kind' in input ? ['cycle', runCycle, [input.kind]] : ['sweep', sweepDue, workKinds];
  const began = performance.now();
  const results: CycleResult[] = [];
  // First, and all that it finds is enqueued by the next cycle.
  const waitingEnded = name === 'sweep' ? await expireWaiting(deps, hasTime) : 0;
  for (const kind of kinds) results.push(await run(deps, kind, hasTime));
  const milliseconds = Math.round(performance.now() - began);
  const enqueued = results.reduce((sum, result) => sum + result.enqueued, 0);
  const unfinished = results.filter(({ finished }) => !finished).length;
  const oldestDueSeconds = Math.max(...results.map((result) => result.oldestDueSeconds));
  countOutcomes(
    name === 'cycle'
      ? { cycleEnqueued: enqueued, cycleUnfinished: unfinished }
      : { sweepEnqueued: enqueued, sweepUnfinished: unfinished, waitingEnded },
  );
  measure({ oldestDueSeconds, ...(name === 'cycle' && { cycleMilliseconds: milliseconds }) });
  logger.info(`${name} ended`, { kinds, enqueued, unfinished, waitingEnded, oldestDueSeconds, milliseconds });
  return results;
}
