import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Item, isConditionFailure, type Key } from '../runtime/dynamodb.ts';
import { SHARDS, shardOf, WORK_INDEX } from '../tables/outreach.ts';
import { type Submission, submissionSchema } from './submission.ts';

export interface SubmissionStoreDeps {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
}

/** Submissions, and which of them were not carried out to the end. */
export type SubmissionStore = ReturnType<typeof createSubmissionStore>;

const submissionKey = (formId: string, submissionId: string): Key => ({
  pk: `SUBMISSION#${formId}#${submissionId}`,
  sk: 'SUBMISSION',
});
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

export function createSubmissionStore(deps: SubmissionStoreDeps) {
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
      const shards = Array.from({ length: SHARDS }, (_, shard) => unprocessed(deps, shard, before));
      return (await Promise.all(shards)).flat();
    },
  };
}

async function get(
  { client, table }: SubmissionStoreDeps,
  formId: string,
  submissionId: string,
): Promise<Submission | undefined> {
  const answer = await client.send(
    new GetCommand({ TableName: table, Key: submissionKey(formId, submissionId), ConsistentRead: true }),
  );
  return answer.Item && itemSchema.parse(answer.Item);
}

async function add(
  deps: SubmissionStoreDeps,
  submission: Submission,
  replaceBefore?: string,
): Promise<Submission> {
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
    const first = await get(deps, formId, submissionId);
    if (!first) throw error;
    return first;
  }
}

async function markProcessed({ client, table }: SubmissionStoreDeps, submission: Submission): Promise<void> {
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

async function unprocessed(
  { client, table }: SubmissionStoreDeps,
  shard: number,
  before: string,
): Promise<Submission[]> {
  const page = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: WORK_INDEX,
      KeyConditionExpression: '#work = :work AND workOrder < :before',
      ExpressionAttributeNames: { '#work': 'work' },
      ExpressionAttributeValues: { ':work': openWork(shard), ':before': before },
      Limit: 50,
    }),
  );
  const found = await Promise.all((page.Items ?? []).map((item) => readBack({ client, table }, item)));
  return found.filter((submission) => submission?.status === 'received').map((found) => found as Submission);
}

async function readBack({ client, table }: SubmissionStoreDeps, { pk, sk }: Item) {
  const answer = await client.send(
    new GetCommand({ TableName: table, Key: { pk, sk }, ConsistentRead: true }),
  );
  return answer.Item && itemSchema.parse(answer.Item);
}
