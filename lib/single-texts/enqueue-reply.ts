import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { awaitingConfirmation } from '../conversations/conversation.ts';
import { conversationKey, parseConversation, putConversation } from '../conversations/conversation-items.ts';
import { LOST, retryLost } from '../runtime/change-versioned.ts';
import { transact } from '../runtime/conditional-writes.ts';
import { readItem } from '../runtime/dynamodb.ts';
import type { SingleText } from './single-text.ts';
import { putSingleText } from './single-text-items.ts';

export interface EnqueueReplyDeps {
  readonly client: DynamoDBDocumentClient;
  readonly outreachTable: string;
  readonly now: () => Date;
}

/**
 * Stores a reply to a consent event as a single text, once (B3). For a confirmation, the same transaction notes in the number's
 * conversation that it is awaited, so that no automated text leaves before it.
 *
 * @returns false when the text was stored before. @throws Error when other writers were first at every attempt.
 */
export async function enqueueReply(deps: EnqueueReplyDeps, text: SingleText): Promise<boolean> {
  const { client, outreachTable: table, now } = deps;
  return retryLost('The conversation of an answer', async () => {
    const item = await readItem({ client, table }, conversationKey(text.number));
    const conversation = parseConversation(item, text.number, now());
    const conversationWrites =
      text.purpose === 'confirmation'
        ? [{ Put: putConversation(table, awaitingConfirmation(conversation, text.id, now())) }]
        : [];
    const codes = await transact(client, [{ Put: putSingleText(table, text) }, ...conversationWrites]);
    if (!codes) return true;
    return codes[0] === 'ConditionalCheckFailed' ? false : LOST;
  });
}
