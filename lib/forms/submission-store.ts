import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionFailure } from '../runtime/conditional-writes.ts';
import { type Key, readItem, type TableDeps } from '../runtime/dynamodb.ts';
import { ALL_SHARDS, shardOf } from '../tables/outreach.ts';
import { pageOfWork } from '../tables/work-page.ts';
import { type Submission, submissionSchema } from './submission.ts';

/** Reads and writes submissions, and lists those that were not processed to the end (F2). */
export type SubmissionStore = ReturnType<typeof createSubmissionStore>;

const submissionKey = (formId: string, submissionId: string): Key => ({
  pk: `SUBMISSION#${formId}#${submissionId}`,
  sk: 'SUBMISSION',
});
const PAGE_SIZE = 50;
const openWork = (shard: number) => `SUBMISSION#${shard}`;

/**
 * The stored item of a submission, with its fields as one JSON text. So any field of a builder can be stored as it was sent, also one
 * with an empty name, a name of JavaScript's own, or a number that DynamoDB cannot hold.
 */
const itemSchema = z.object({
  ...submissionSchema.shape,
  fields: z
    .union([z.string().transform((text): unknown => JSON.parse(text)), z.unknown()])
    .pipe(submissionSchema.shape.fields),
});

/** @param deps.table the outreach table. */
export function createSubmissionStore(deps: TableDeps) {
  return {
    /**
     * Stores a submission unless one with its id exists (X5).
     *
     * @param replaceBefore ISO 8601 UTC. A submission that was received before it is no duplicate and is replaced.
     * @returns the stored submission: the given one, or the first one.
     */
    add: (submission: Submission, replaceBefore?: string) => add(deps, submission, replaceBefore),
    /** Marks a submission as processed to the end. */
    markProcessed: (submission: Submission) => markProcessed(deps, submission),
    /** Lists unprocessed submissions that were received before a moment: one page of every shard. @param before ISO 8601 UTC. */
    unprocessedBefore: async (before: string): Promise<Submission[]> => {
      const shards = await Promise.all(ALL_SHARDS.map((shard) => unprocessed(deps, shard, before)));
      return shards.flat();
    },
  };
}

async function get(deps: TableDeps, key: Key): Promise<Submission | undefined> {
  const item = await readItem(deps, key);
  return item && itemSchema.parse(item);
}

async function add(deps: TableDeps, submission: Submission, replaceBefore?: string): Promise<Submission> {
  const { formId, submissionId, receivedAt } = submission;
  const older = replaceBefore === undefined ? '' : ' OR receivedAt < :before';
  try {
    await deps.client.send(
      new PutCommand({
        TableName: deps.table,
        Item: {
          ...submissionKey(formId, submissionId),
          ...submission,
          fields: JSON.stringify(submission.fields),
          work: openWork(shardOf(submission.uid)),
          workOrder: receivedAt,
        },
        ConditionExpression: `attribute_not_exists(pk)${older}`,
        ...(replaceBefore !== undefined && { ExpressionAttributeValues: { ':before': replaceBefore } }),
      }),
    );
    return submission;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    const first = await get(deps, submissionKey(formId, submissionId));
    if (!first) throw error;
    return first;
  }
}

async function markProcessed({ client, table }: TableDeps, submission: Submission): Promise<void> {
  await client.send(
    new UpdateCommand({
      TableName: table,
      Key: submissionKey(submission.formId, submission.submissionId),
      UpdateExpression: 'SET #status = :processed REMOVE #work, workOrder',
      ConditionExpression: 'uid = :uid',
      ExpressionAttributeNames: { '#status': 'status', '#work': 'work' },
      ExpressionAttributeValues: { ':processed': 'processed', ':uid': submission.uid },
    }),
  );
}

async function unprocessed(deps: TableDeps, shard: number, before: string): Promise<Submission[]> {
  const { items } = await pageOfWork(deps, openWork(shard), { span: { before }, limit: PAGE_SIZE });
  const submissions = await Promise.all(
    items.map(({ pk, sk }) => get(deps, { pk: String(pk), sk: String(sk) })),
  );
  return submissions
    .filter((submission) => submission !== undefined)
    .filter(({ status }) => status === 'received');
}
