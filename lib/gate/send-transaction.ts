import { type DynamoDBDocumentClient, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Enrollment } from '../automation/enrollment.ts';
import { putOverVersion } from '../automation/enrollment-items.ts';
import { consentUnchanged } from '../consent/items.ts';
import type { ConsentState } from '../consent/state.ts';
import type { Message } from '../messaging/message.ts';
import { messageItem } from '../messaging/message-items.ts';
import {
  cancellationCodes,
  isConditionFailure,
  isTransientCancellation,
  type TransactItem,
} from '../runtime/dynamodb.ts';

export interface GateTables {
  readonly client: DynamoDBDocumentClient;
  readonly consentTable: string;
  readonly outreachTable: string;
}

/**
 * - `done`: it is written.
 * - `consentChanged`: the number's registry moved since the decision: decide anew.
 * - `handled`: the enrollment moved on or the text exists: someone else did this step.
 * - `collided`: another transaction held an item; nothing is known to have changed.
 */
export type WriteOutcome = 'done' | 'consentChanged' | 'handled' | 'collided';

/**
 * The send transaction: the number's consent is still the one decided on, the enrollment moves past the step, and
 * the text exists as `claimed`; all of it or nothing. A STOP recorded before it makes it fail; one recorded after
 * it finds the text handed over.
 */
export function claim(
  tables: GateTables,
  consent: ConsentState,
  advanced: Enrollment,
  text: Message,
): Promise<WriteOutcome> {
  return transact(tables, [
    consentUnchanged(tables.consentTable, consent.number, consent.version),
    putEnrollment(tables, advanced),
    putText(tables, text),
  ]);
}

/**
 * Holds an enrollment under the consent that was decided on: an opt-in recorded in between makes it fail, so that
 * nobody is put to sleep after the news that would have woken them.
 */
export function holdUnder(
  tables: GateTables,
  consent: ConsentState,
  held: Enrollment,
): Promise<WriteOutcome> {
  return transact(tables, [
    consentUnchanged(tables.consentTable, consent.number, consent.version),
    putEnrollment(tables, held),
  ]);
}

/** Ends a step without sending: the text is stored with its reason, and the enrollment moves on. */
export function explain(tables: GateTables, advanced: Enrollment, text: Message): Promise<WriteOutcome> {
  return transact(tables, [putEnrollment(tables, advanced), putText(tables, text)]);
}

/** Writes an enrollment over the version it came from, and nothing else. */
export async function replace(tables: GateTables, enrollment: Enrollment): Promise<WriteOutcome> {
  try {
    await tables.client.send(new PutCommand(putOverVersion(tables.outreachTable, enrollment)));
    return 'done';
  } catch (error) {
    if (isConditionFailure(error)) return 'handled';
    throw error;
  }
}

function putEnrollment({ outreachTable }: GateTables, enrollment: Enrollment): TransactItem {
  return { Put: putOverVersion(outreachTable, enrollment) };
}

function putText({ outreachTable }: GateTables, text: Message): TransactItem {
  return {
    Put: {
      TableName: outreachTable,
      Item: messageItem(text),
      ConditionExpression: 'attribute_not_exists(pk) OR #status = :retrying',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':retrying': 'retrying' },
    },
  };
}

async function transact({ client }: GateTables, items: TransactItem[]): Promise<WriteOutcome> {
  try {
    await client.send(new TransactWriteCommand({ TransactItems: items }));
    return 'done';
  } catch (error) {
    const codes = cancellationCodes(error);
    if (codes === undefined) throw error;
    if (isTransientCancellation(codes)) return 'collided';
    const consentFailed = items[0]?.ConditionCheck && codes[0] === 'ConditionalCheckFailed';
    return consentFailed ? 'consentChanged' : 'handled';
  }
}
