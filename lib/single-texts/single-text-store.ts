import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailure, readPartition } from '../runtime/dynamodb.ts';
import { outboxKey, outboxRange, parseOutbox, putOutbox } from './single-text-items.ts';
import type { OutboxRef, OutboxText } from './single-text.ts';

export interface OutboxStoreDeps {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
}

/** Single texts on their way through the gate. */
export type OutboxStore = ReturnType<typeof createOutboxStore>;

export function createOutboxStore(deps: OutboxStoreDeps) {
  return {
    /** Writes a text over the version it came from. @returns false when it is there already, or somebody was first. */
    put: (text: OutboxText) => put(deps, text),
    /** Strongly consistent. */
    get: (ref: OutboxRef) => get(deps, ref),
    /** Every single text of a number that has not become a message, strongly consistent. */
    open: (number: string) => open(deps, number),
  };
}

async function put({ client, table }: OutboxStoreDeps, text: OutboxText): Promise<boolean> {
  try {
    await client.send(new PutCommand(putOutbox(table, text)));
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}

async function get({ client, table }: OutboxStoreDeps, ref: OutboxRef): Promise<OutboxText | undefined> {
  const answer = await client.send(
    new GetCommand({ TableName: table, Key: outboxKey(ref), ConsistentRead: true }),
  );
  return answer.Item && parseOutbox(answer.Item);
}

async function open({ client, table }: OutboxStoreDeps, number: string): Promise<OutboxText[]> {
  const filter = {
    FilterExpression: '#status <> :ended',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':ended': 'ended' },
  };
  return (await readPartition(client, table, { ...outboxRange(number), filter })).map(parseOutbox);
}
