import { createHash } from 'node:crypto';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionFailure } from '../runtime/conditional-writes.ts';
import type { ClockedTableDeps, Key } from '../runtime/dynamodb.ts';

/** Limits of a form's submissions. Further ones are answered 429 and not stored. The defaults are generous: spam comes in thousands. */
export const limitsSchema = z.strictObject({
  /** Submissions per minute. */
  perMinute: z.int().min(1).max(10_000).default(600),
  /**
   * Submissions per minute from one address. It applies to forms that browsers post. It does not apply to a builder or a server with the
   * form's secret, which post the submissions of many people from one address.
   */
  perAddressPerMinute: z.int().min(1).max(10_000).default(120),
});
export type SubmissionLimits = z.infer<typeof limitsSchema>;

/** A reached limit, and the seconds until the next submission is accepted. */
export interface ReachedLimit {
  readonly limit: 'form' | 'address';
  readonly perMinute: number;
  readonly retryAfterSeconds: number;
}

/** Counts the submissions of each form, minute by minute. */
export type SubmissionLimiter = ReturnType<typeof createSubmissionLimiter>;

/** @param deps.table the outreach table. */
export function createSubmissionLimiter(deps: ClockedTableDeps) {
  return {
    /**
     * Counts one submission, in one request.
     *
     * @param address the person's own address; undefined when a builder or server posts.
     * @returns the limit that it would exceed, and then it is not counted; undefined when it is within the limits.
     */
    count: (formId: string, limits: SubmissionLimits, address: string | undefined) =>
      count(deps, formId, limits, address),
  };
}

const WINDOW_SECONDS = 60;
/** A minute's counts are deleted this long after it. */
const RETENTION_SECONDS = 600;
const limitKey = (formId: string, window: number): Key => ({
  pk: `LIMIT#${formId}#${window}`,
  sk: 'LIMIT',
});

/**
 * Counts a submission with one conditional update. One item per form and minute holds the sum and the count of each address. The form's
 * limit bounds its size.
 */
async function count(
  { client, table, now }: ClockedTableDeps,
  formId: string,
  { perMinute, perAddressPerMinute }: SubmissionLimits,
  address: string | undefined,
): Promise<ReachedLimit | undefined> {
  const seconds = Math.floor(now().getTime() / 1000);
  const window = Math.floor(seconds / WINDOW_SECONDS);
  const own = address === undefined ? undefined : attributeOf(formId, address);
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: limitKey(formId, window),
        UpdateExpression: `SET expiresAt = :expiresAt ADD #all :one${own ? ', #own :one' : ''}`,
        ConditionExpression: [
          '(attribute_not_exists(#all) OR #all < :all)',
          ...(own ? ['(attribute_not_exists(#own) OR #own < :own)'] : []),
        ].join(' AND '),
        ExpressionAttributeNames: { '#all': 'all', ...(own && { '#own': own }) },
        ExpressionAttributeValues: {
          ':one': 1,
          ':all': perMinute,
          ...(own && { ':own': perAddressPerMinute }),
          ':expiresAt': (window + 1) * WINDOW_SECONDS + RETENTION_SECONDS,
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return undefined;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    const retryAfterSeconds = WINDOW_SECONDS - (seconds % WINDOW_SECONDS);
    const all = Number((error as { Item?: Record<string, { N?: string }> }).Item?.['all']?.N);
    return all >= perMinute
      ? { limit: 'form', perMinute, retryAfterSeconds }
      : { limit: 'address', perMinute: perAddressPerMinute, retryAfterSeconds };
  }
}

/** Names the attribute that counts an address: a short hash, so that no address is stored. */
function attributeOf(formId: string, address: string): string {
  const hash = createHash('sha256').update(`${formId} ${address}`).digest('base64url');
  return `from-${hash.slice(0, 10)}`;
}
