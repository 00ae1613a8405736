import { createHash } from 'node:crypto';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionFailure } from '../runtime/conditional-writes.ts';
import type { ClockedTableDeps, Key } from '../runtime/dynamodb.ts';

/** How many submissions a form takes; what is more is answered 429 and not stored. Generous: spam is thousands. */
export const limitsSchema = z.strictObject({
  /** Submissions a minute in all. */
  perMinute: z.int().min(1).max(10_000).default(600),
  /**
   * Submissions a minute from one address. It holds for forms that browsers post themselves: a builder, and whoever knows
   * the form's secret, posts everybody's from its own addresses.
   */
  perAddressPerMinute: z.int().min(1).max(10_000).default(120),
});
export type SubmissionLimits = z.infer<typeof limitsSchema>;

/** A limit that was reached, and when the next submission will be taken. */
export interface Reached {
  readonly limit: 'form' | 'address';
  readonly perMinute: number;
  readonly retryAfterSeconds: number;
}

/** Counts the submissions of each form, minute by minute. */
export type SubmissionLimiter = ReturnType<typeof createSubmissionLimiter>;

export function createSubmissionLimiter(deps: ClockedTableDeps) {
  return {
    /**
     * Counts one submission, in one request.
     *
     * @param address where it comes from, when that is a person's own.
     * @returns the limit that it would break; it is then not counted.
     */
    count: (formId: string, limits: SubmissionLimits, address: string | undefined) =>
      count(deps, formId, limits, address),
  };
}

const WINDOW_SECONDS = 60;
/** How long a minute's counts are kept after it. */
const KEPT_SECONDS = 600;
const limitKey = (formId: string, window: number): Key => ({
  pk: `LIMIT#${formId}#${window}`,
  sk: 'LIMIT',
});

/**
 * One item per form and minute holds the sum and each address's own count, so that both limits take one conditional update.
 * It cannot grow beyond the form's limit.
 */
async function count(
  { client, table, now }: ClockedTableDeps,
  formId: string,
  { perMinute, perAddressPerMinute }: SubmissionLimits,
  address: string | undefined,
): Promise<Reached | undefined> {
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
          ':expiresAt': (window + 1) * WINDOW_SECONDS + KEPT_SECONDS,
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

/** An address as the name of a short attribute. */
function attributeOf(formId: string, address: string): string {
  const hash = createHash('sha256').update(`${formId} ${address}`).digest('base64url');
  return `from-${hash.slice(0, 10)}`;
}
