import { type DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { awaitingConfirmation } from '../conversations/conversation.ts';
import { conversationKey, parseConversation, putConversation } from '../conversations/conversation-items.ts';
import { cancellationCodes, pauseBeforeRetry } from '../runtime/dynamodb.ts';
import type { SingleText } from './single-text.ts';
import { putSingleText } from './single-text-items.ts';

export interface EnqueueReplyDeps {
  readonly client: DynamoDBDocumentClient;
  readonly outreachTable: string;
  readonly now: () => Date;
}

const ATTEMPTS = 12;

/**
 * Puts an answer into the outbox, once. A confirmation is noted in the number's conversation in the same transaction, so
 * that no automated text goes ahead of it.
 *
 * @returns false when it stood there already.
 */
export async function enqueueReply(deps: EnqueueReplyDeps, text: SingleText): Promise<boolean> {
  const { client, outreachTable: table, now } = deps;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await pauseBeforeRetry(attempt);
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: conversationKey(text.number), ConsistentRead: true }),
    );
    const conversation = parseConversation(Item, text.number, now());
    const noted =
      text.purpose === 'confirmation'
        ? [{ Put: putConversation(table, awaitingConfirmation(conversation, text.id, now())) }]
        : [];
    try {
      await client.send(
        new TransactWriteCommand({ TransactItems: [{ Put: putSingleText(table, text) }, ...noted] }),
      );
      return true;
    } catch (error) {
      const codes = cancellationCodes(error);
      if (codes === undefined) throw error;
      if (codes[0] === 'ConditionalCheckFailed') return false;
    }
  }
  throw new Error(`One conversation changed ${ATTEMPTS} times while an answer was queued`);
}
