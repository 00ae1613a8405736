import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailure, readPartition } from '../runtime/dynamodb.ts';
import type { SingleText, SingleTextRef } from './single-text.ts';
import { parseSingleText, putSingleText, singleTextKey, singleTextRange } from './single-text-items.ts';

export interface SingleTextStoreDeps {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
}

/** Single texts on their way through the gate. */
export type SingleTextStore = ReturnType<typeof createSingleTextStore>;

export function createSingleTextStore(deps: SingleTextStoreDeps) {
  return {
    /** Writes a text over the version it came from. @returns false when it is there already, or somebody was first. */
    put: (text: SingleText) => put(deps, text),
    /** Strongly consistent. */
    get: (ref: SingleTextRef) => get(deps, ref),
    /** Every single text of a number that has not become a message, strongly consistent. */
    open: (number: string) => open(deps, number),
  };
}

async function put({ client, table }: SingleTextStoreDeps, text: SingleText): Promise<boolean> {
  try {
    await client.send(new PutCommand(putSingleText(table, text)));
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}

async function get(
  { client, table }: SingleTextStoreDeps,
  ref: SingleTextRef,
): Promise<SingleText | undefined> {
  const answer = await client.send(
    new GetCommand({ TableName: table, Key: singleTextKey(ref), ConsistentRead: true }),
  );
  return answer.Item && parseSingleText(answer.Item);
}

async function open({ client, table }: SingleTextStoreDeps, number: string): Promise<SingleText[]> {
  const filter = {
    FilterExpression: '#status <> :ended',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':ended': 'ended' },
  };
  return (await readPartition(client, table, { ...singleTextRange(number), filter })).map(parseSingleText);
}
