import type { Enrollment } from '../automation/enrollment.ts';
import { enrollmentKey, parseEnrollment, putEnrollment } from '../automation/enrollment-items.ts';
import { holdPending, reopenEnrollment } from '../automation/progress.ts';
import { conversationKey } from '../conversations/conversation-items.ts';
import { type Message, STATUS_RANK } from '../messaging/message.ts';
import { messageKey } from '../messaging/message-items.ts';
import { LOST, type Lost, retryLost } from '../runtime/change-versioned.ts';
import { transact } from '../runtime/conditional-writes.ts';
import { readItem, type TransactItem } from '../runtime/dynamodb.ts';
import { reopenSingleText, type SingleText } from '../single-texts/single-text.ts';
import { parseSingleText, putSingleText, singleTextKey } from '../single-texts/single-text-items.ts';
import type { Why } from './due-text.ts';
import { givePlaceBack } from './give-place-back.ts';
import type { GateTables } from './send-transaction.ts';

/** The final status of a claimed text that did not leave, with the reason. */
export interface Ending {
  readonly status: 'rejected' | 'failed';
  readonly reason: string;
  readonly sentence: string;
  readonly errorCode?: number;
}

const ONLY_THIS_CLAIM = '#status = :claimed AND attempt = :attempt';

/**
 * Writes the final status of a claimed text that did not leave. The condition on status and attempt keeps X5: the write
 * overwrites neither a carrier's report nor a later attempt.
 *
 * @returns false when the text is no longer claimed by this attempt, because the carrier's report came first.
 */
export async function endClaim(
  tables: GateTables,
  text: Message,
  ending: Ending,
  now: Date,
): Promise<boolean> {
  const errorCode = ending.errorCode === undefined ? '' : ', errorCode = :errorCode';
  const Update = {
    TableName: tables.outreachTable,
    Key: messageKey(text.id),
    ConditionExpression: ONLY_THIS_CLAIM,
    UpdateExpression: `SET #status = :status, statusRank = :rank, #reason = :reason, sentence = :sentence, updatedAt = :now${errorCode} REMOVE #work, workOrder`,
    ExpressionAttributeNames: { '#status': 'status', '#reason': 'reason', '#work': 'work' },
    ExpressionAttributeValues: {
      ':claimed': 'claimed',
      ':attempt': text.attempt,
      ':status': ending.status,
      ':rank': STATUS_RANK[ending.status],
      ':reason': ending.reason,
      ':sentence': ending.sentence,
      ':now': now.toISOString(),
      ':errorCode': ending.errorCode,
    },
  };
  return retryLost('The end of a claim', async () => {
    const place = await givePlaceBack(tables, text, now);
    const codes = await transact(tables.client, [{ Update }, ...place]);
    if (!codes) return true;
    return codes[0] === 'ConditionalCheckFailed' ? false : LOST;
  });
}

/**
 * Takes a claim back because Twilio did not accept the text. In one transaction the text becomes `retrying`, caps count it no
 * longer (X6), and its step or single text is due again at `retryAt`, when the gate decides it again, consent included (X5:
 * sent once, or explained).
 *
 * @param retryAt ISO 8601 UTC.
 * @param held the reason for which it waits until then instead of being due, outside the due index.
 * @returns `reopened`; `movedOn` when the enrollment or single text is no longer right behind this attempt, and the text was
 *   ended as `failed`; `settled` when the carrier's report came first.
 */
export function reopenClaim(
  tables: GateTables,
  text: Message,
  retryAt: string,
  now: Date,
  held?: Why,
): Promise<'reopened' | 'movedOn' | 'settled'> {
  return retryLost('A claim that is taken back', () => tryReopen(tables, text, retryAt, now, held));
}

async function tryReopen(
  tables: GateTables,
  text: Message,
  retryAt: string,
  now: Date,
  held: Why | undefined,
): Promise<'reopened' | 'movedOn' | 'settled' | Lost> {
  const { client, outreachTable } = tables;
  const { attempt = 1 } = text;
  const [reopened, place] = await Promise.all([
    reopenOrigin(tables, text, retryAt, held),
    givePlaceBack(tables, text, now),
  ]);
  if (!reopened) return failClaim(tables, text, now);
  const codes = await transact(client, [
    {
      Update: {
        TableName: outreachTable,
        Key: messageKey(text.id),
        ConditionExpression: ONLY_THIS_CLAIM,
        UpdateExpression:
          'SET #status = :retrying, statusRank = :rank, updatedAt = :now REMOVE #work, workOrder',
        ExpressionAttributeNames: { '#status': 'status', '#work': 'work' },
        ExpressionAttributeValues: {
          ':claimed': 'claimed',
          ':attempt': attempt,
          ':retrying': 'retrying',
          ':rank': STATUS_RANK.retrying,
          ':now': now.toISOString(),
        },
      },
    },
    { Put: reopened },
    ...(text.purpose === 'confirmation' ? [markPending(outreachTable, text, now)] : []),
    ...place,
  ]);
  if (!codes) return 'reopened';
  if (codes[0] === 'ConditionalCheckFailed') return 'settled';
  return codes[1] === 'ConditionalCheckFailed' ? failClaim(tables, text, now) : LOST;
}

/** Marks a confirmation that did not leave as pending again, so that automated texts wait for it (B3). */
function markPending(table: string, { id, number }: Message, now: Date): TransactItem {
  return {
    Update: {
      TableName: table,
      Key: conversationKey(number),
      ConditionExpression: 'attribute_exists(pk)',
      UpdateExpression: 'SET pendingConfirmation = :pending ADD #version :one',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':pending': { id, since: now.toISOString() }, ':one': 1 },
    },
  };
}

/** Prepares the write that makes the text's step or single text due again; undefined when it has moved on since. */
async function reopenOrigin(
  { client, outreachTable }: GateTables,
  text: Message,
  retryAt: string,
  held: Why | undefined,
) {
  const { id, number, purpose, attempt = 1 } = text;
  const { leadId = '', automationId = '', step = 0, firstDueAt = retryAt, generation, stepId } = text;
  const key = purpose ? singleTextKey({ number, id }) : enrollmentKey({ leadId, automationId });
  const item = await readItem({ client, table: outreachTable }, key);
  if (!item) return undefined;
  if (purpose) {
    const singleText = reopenSingleText(parseSingleText(item), attempt, retryAt);
    return singleText && putSingleText(outreachTable, heldInstead(singleText, held, retryAt));
  }
  const enrollment = reopenEnrollment(
    parseEnrollment(item),
    { step, stepId, attempt, firstDueAt, generation },
    retryAt,
  );
  return enrollment && putEnrollment(outreachTable, heldInstead(enrollment, held, retryAt));
}

/** Holds what was reopened, where there is a reason to: it is one write, so the version grows once. */
function heldInstead<T extends Enrollment | SingleText>(
  reopened: T,
  held: Why | undefined,
  until: string,
): T {
  return held ? { ...holdPending(reopened, held, until), version: reopened.version } : reopened;
}

async function failClaim(tables: GateTables, text: Message, now: Date): Promise<'movedOn' | 'settled'> {
  const ending: Ending = {
    status: 'failed',
    reason: 'neverReachedCarrier',
    sentence: 'failed: Twilio never took the text, and the automation has moved on since',
  };
  return (await endClaim(tables, text, ending, now)) ? 'movedOn' : 'settled';
}
