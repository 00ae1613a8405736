import type { Conversation } from '../conversations/conversation.ts';
import { conversationKey, parseConversation } from '../conversations/conversation-items.ts';
import type { Message } from '../messaging/message.ts';
import { readItem, type TransactItem } from '../runtime/dynamodb.ts';
import { OPT_IN_REQUEST } from './opt-in-request.ts';
import type { GateTables } from './send-transaction.ts';

/**
 * Prepares the write that takes a claimed text out of what caps count, since it did not leave (X6). It belongs into the
 * transaction that takes the claim back, and fails when the number's recent sends have moved meanwhile: then read again.
 *
 * @returns no write for a text that caps do not count, or do not count any more.
 */
export async function givePlaceBack(
  { client, outreachTable }: GateTables,
  text: Message,
  now: Date,
): Promise<TransactItem[]> {
  const counted = text.automationId ?? (text.purpose === 'optInRequest' ? OPT_IN_REQUEST : undefined);
  if (counted === undefined) return [];
  const item = await readItem({ client, table: outreachTable }, conversationKey(text.number));
  const index = placeOf(parseConversation(item, text.number, now), counted, text.claimedAt);
  if (index < 0) return [];
  return [
    {
      Update: {
        TableName: outreachTable,
        Key: conversationKey(text.number),
        ConditionExpression: `#recent[${index}].#at = :at AND #recent[${index}].#automation = :automation`,
        // The version moves on, so that a decision that counted the text is made once more.
        UpdateExpression: `REMOVE #recent[${index}] ADD #version :one`,
        ExpressionAttributeNames: {
          '#recent': 'recent',
          '#at': 'at',
          '#automation': 'automationId',
          '#version': 'version',
        },
        ExpressionAttributeValues: { ':at': text.claimedAt, ':automation': counted, ':one': 1 },
      },
    },
  ];
}

function placeOf({ recent }: Conversation, counted: string, claimedAt: string | undefined): number {
  return recent.findIndex(({ at, automationId }) => at === claimedAt && automationId === counted);
}
