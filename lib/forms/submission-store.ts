import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionFailure } from '../runtime/conditional-writes.ts';
import { type Key, readItem, type TableDeps } from '../runtime/dynamodb.ts';
import { ALL_SHARDS, shardOf } from '../tables/outreach.ts';
import { pageOfWork } from '../tables/work-page.ts';
import { type Submission, submissionSchema } from './submission.ts';

/** Submissions, and which of them were not carried out to the end. */
export type SubmissionStore = ReturnType<typeof createSubmissionStore>;

const submissionKey = (formId: string, submissionId: string): Key => ({
  pk: `SUBMISSION#${formId}#${submissionId}`,
  sk: 'SUBMISSION',
});
const PAGE = 50;
const openWork = (shard: number) => `SUBMISSION#${shard}`;

/**
 * A submission as it lies in the table: its fields as one JSON text. Whatever a builder names or nests, a name that is
 * JavaScript's own or empty, a number beyond a table's, is then kept as it came and keeps nothing else from being stored.
 */
const itemSchema = z.object({
  ...submissionSchema.shape,
  fields: z
    .union([z.string().transform((text): unknown => JSON.parse(text)), z.unknown()])
    .pipe(submissionSchema.shape.fields),
});

export function createSubmissionStore(deps: TableDeps) {
  return {
    /**
     * Stores a submission unless it is there already.
     *
     * @param replaceBefore one that was received before this moment is no duplicate but an older one.
     * @returns the stored submission: the given one, or the one that was first.
     */
    add: (submission: Submission, replaceBefore?: string) => add(deps, submission, replaceBefore),
    markProcessed: (submission: Submission) => markProcessed(deps, submission),
    /** Submissions received before a moment that were not carried out to the end; a page of every shard. */
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
  const { items } = await pageOfWork(deps, openWork(shard), { span: { before }, limit: PAGE });
  const found = await Promise.all(items.map(({ pk, sk }) => get(deps, { pk: String(pk), sk: String(sk) })));
  return found.filter((submission) => submission?.status === 'received').map((found) => found as Submission);
}
