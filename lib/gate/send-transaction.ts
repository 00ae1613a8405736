import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { consentUnchanged } from '../consent/consent-items.ts';
import type { ConsentState } from '../consent/state.ts';
import type { Conversation } from '../conversations/conversation.ts';
import { conversationUnchanged, putConversation } from '../conversations/conversation-items.ts';
import type { Message } from '../messaging/message.ts';
import { messageItem } from '../messaging/message-items.ts';
import { ifConditionHolds, isTransientCancellation, transact } from '../runtime/conditional-writes.ts';
import type { TransactItem } from '../runtime/dynamodb.ts';

export interface GateTables {
  readonly client: DynamoDBDocumentClient;
  readonly consentTable: string;
  readonly outreachTable: string;
}

type Put = NonNullable<TransactItem['Put']>;

/**
 * - `done`: it is written.
 * - `inputChanged`: the number's consent or conversation moved since the decision: decide anew.
 * - `handled`: the enrollment or single text moved on, or the message exists: someone else did this.
 * - `collided`: another transaction held an item; nothing is known to have changed.
 */
export type WriteOutcome = 'done' | 'inputChanged' | 'handled' | 'collided';

/** What a text is written with: the enrollment or single text that it comes from, and its conversation, moved on. */
export interface Claim {
  readonly origin: Put;
  readonly text: Message;
  readonly conversation: Conversation;
}

/**
 * The send transaction: the number's consent is still the one decided on, the enrollment or single text moves past the
 * text, the text exists as `claimed`, and its conversation counts it; all of it or nothing. A STOP recorded before it
 * makes it fail; one recorded after it finds the text handed over.
 */
export function claimText(
  tables: GateTables,
  consent: ConsentState,
  { origin, text, conversation }: Claim,
): Promise<WriteOutcome> {
  return writeDecided(
    tables,
    [
      consentUnchanged(tables.consentTable, consent.number, consent.version),
      { Put: putConversation(tables.outreachTable, conversation) },
    ],
    [{ Put: origin }, putMessage(tables, text)],
  );
}

/**
 * The request for START goes ahead of a text (C2): the ledger says that it was sent, the original is held, and the request
 * is claimed, in one transaction. Whoever decides on the same number at the same time finds the consent moved.
 *
 * @param ledger the writes of the registry's event, which fail when the consent has moved.
 * @param prompt the request, as a single text that has become a message.
 */
export function claimOptInRequest(
  tables: GateTables,
  ledger: readonly TransactItem[],
  held: Put,
  optInRequest: Claim,
): Promise<WriteOutcome> {
  return writeDecided(
    tables,
    [...ledger, { Put: putConversation(tables.outreachTable, optInRequest.conversation) }],
    [{ Put: held }, { Put: optInRequest.origin }, putMessage(tables, optInRequest.text)],
  );
}

/**
 * Holds a text under what was decided on: an opt-in, a START or a decision recorded in between makes it fail, so that
 * nobody is put to sleep after the news that would have woken them.
 */
export function writeHold(
  tables: GateTables,
  { consent, conversation }: { readonly consent: ConsentState; readonly conversation: Conversation },
  held: Put,
): Promise<WriteOutcome> {
  const unread = conversation.review
    ? [{ ConditionCheck: conversationUnchanged(tables.outreachTable, conversation) }]
    : [];
  return writeDecided(
    tables,
    [consentUnchanged(tables.consentTable, consent.number, consent.version), ...unread],
    [{ Put: held }],
  );
}

/** Ends a text without sending it: it is stored with its reason, and what it comes from moves on. */
export function recordUnsent(
  tables: GateTables,
  {
    origin,
    text,
    conversation,
  }: Omit<Claim, 'conversation'> & { readonly conversation: Conversation | undefined },
): Promise<WriteOutcome> {
  const moved = conversation ? [{ Put: putConversation(tables.outreachTable, conversation) }] : [];
  return writeDecided(tables, moved, [{ Put: origin }, putMessage(tables, text)]);
}

/** Writes an enrollment or single text over the version it came from, and nothing else. */
export async function writeOrigin(tables: GateTables, origin: Put): Promise<WriteOutcome> {
  const written = await ifConditionHolds(tables.client.send(new PutCommand(origin)));
  return written ? 'done' : 'handled';
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

/** @param conditions the writes whose conditions say that what was decided on still holds. */
async function writeDecided(
  { client }: GateTables,
  conditions: readonly TransactItem[],
  others: readonly TransactItem[],
): Promise<WriteOutcome> {
  const codes = await transact(client, [...conditions, ...others]);
  if (!codes) return 'done';
  if (isTransientCancellation(codes)) return 'collided';
  return codes.slice(0, conditions.length).includes('ConditionalCheckFailed') ? 'inputChanged' : 'handled';
}
