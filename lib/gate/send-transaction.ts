import { type DynamoDBDocumentClient, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { consentUnchanged } from '../consent/consent-items.ts';
import type { ConsentState } from '../consent/state.ts';
import type { Conversation } from '../conversations/conversation.ts';
import { conversationUnchanged, putConversation } from '../conversations/conversation-items.ts';
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

type Put = NonNullable<TransactItem['Put']>;

/**
 * The outcome of writing a decision.
 *
 * - `done`: everything was written.
 * - `inputChanged`: the number's consent or conversation changed since the decision. Load it and decide again.
 * - `handled`: another worker has moved the enrollment or single text on, or the message exists already.
 * - `collided`: another transaction held an item at the same time. Try again.
 */
export type WriteOutcome = 'done' | 'inputChanged' | 'handled' | 'collided';

/** The writes that turn a due text into a claimed message. `origin` is its enrollment or single text, moved past the text. */
export interface Claim {
  readonly origin: Put;
  readonly text: Message;
  readonly conversation: Conversation;
}

/**
 * Claims a text in the send transaction. All of this happens, or nothing does: the number's consent still has the version
 * that was decided on, the origin moves past the text, the message is stored as `claimed`, and the conversation counts it.
 *
 * The condition on consent keeps S4: a STOP that is recorded first makes the transaction fail, and a STOP that is recorded
 * later finds the text already claimed. The conditions on origin and message keep X5: of all deliveries of the same attempt,
 * one transaction succeeds, and only its worker hands the text to Twilio.
 *
 * @param consent the state that was decided on.
 */
export function claimText(
  tables: GateTables,
  consent: ConsentState,
  { origin, text, conversation }: Claim,
): Promise<WriteOutcome> {
  return transact(
    tables,
    [
      consentUnchanged(tables.consentTable, consent.number, consent.version),
      { Put: putConversation(tables.outreachTable, conversation) },
    ],
    [{ Put: origin }, putMessage(tables, text)],
  );
}

/**
 * Claims the request for START that goes ahead of a text (C2). One transaction records it in the ledger, holds the original
 * text (C3) and claims the request. Another worker that decides about the same number at the same time gets `inputChanged`,
 * so that a number gets one request (X5).
 *
 * @param ledger the writes of the registry's event. They fail when the consent has changed (S4).
 * @param held the original text, as waiting.
 * @param optInRequest the request, as a single text that has become a message.
 */
export function claimOptInRequest(
  tables: GateTables,
  ledger: readonly TransactItem[],
  held: Put,
  optInRequest: Claim,
): Promise<WriteOutcome> {
  return transact(
    tables,
    [...ledger, { Put: putConversation(tables.outreachTable, optInRequest.conversation) }],
    [{ Put: held }, { Put: optInRequest.origin }, putMessage(tables, optInRequest.text)],
  );
}

/**
 * Holds a text, on the condition that the decision's input is unchanged. An opt-in, a START or a review's decision that was
 * recorded in between makes it fail; otherwise the text would wait for an event that has already happened.
 */
export function writeHold(
  tables: GateTables,
  { consent, conversation }: { readonly consent: ConsentState; readonly conversation: Conversation },
  held: Put,
): Promise<WriteOutcome> {
  const reviewUnchanged = conversation.review
    ? [{ ConditionCheck: conversationUnchanged(tables.outreachTable, conversation) }]
    : [];
  return transact(
    tables,
    [consentUnchanged(tables.consentTable, consent.number, consent.version), ...reviewUnchanged],
    [{ Put: held }],
  );
}

/** Records a refused or dropped text with its reason and moves its origin past it: a due text is sent or explained (X5). */
export function recordUnsent(
  tables: GateTables,
  {
    origin,
    text,
    conversation,
  }: Omit<Claim, 'conversation'> & { readonly conversation: Conversation | undefined },
): Promise<WriteOutcome> {
  const moved = conversation ? [{ Put: putConversation(tables.outreachTable, conversation) }] : [];
  return transact(tables, moved, [{ Put: origin }, putMessage(tables, text)]);
}

/** Writes an enrollment or single text over the version it came from, and nothing else. */
export async function putVersioned(tables: GateTables, origin: Put): Promise<WriteOutcome> {
  try {
    await tables.client.send(new PutCommand(origin));
    return 'done';
  } catch (error) {
    if (isConditionFailure(error)) return 'handled';
    throw error;
  }
}

function putMessage({ outreachTable }: GateTables, text: Message): TransactItem {
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

/** @param conditions the actions that fail when the decision's input has changed; the others fail when the text was handled. */
async function transact(
  { client }: GateTables,
  conditions: readonly TransactItem[],
  others: readonly TransactItem[],
): Promise<WriteOutcome> {
  try {
    await client.send(new TransactWriteCommand({ TransactItems: [...conditions, ...others] }));
    return 'done';
  } catch (error) {
    const codes = cancellationCodes(error);
    if (codes === undefined) throw error;
    if (isTransientCancellation(codes)) return 'collided';
    return codes.slice(0, conditions.length).includes('ConditionalCheckFailed') ? 'inputChanged' : 'handled';
  }
}
