import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { ifConditionHolds } from '../runtime/conditional-writes.ts';
import { readItem, readPartition, type TableDeps } from '../runtime/dynamodb.ts';
import type { SingleText, SingleTextRef } from './single-text.ts';
import { parseSingleText, putSingleText, singleTextKey, singleTextRange } from './single-text-items.ts';

/** Single texts on their way through the gate. */
export type SingleTextStore = ReturnType<typeof createSingleTextStore>;

export function createSingleTextStore(deps: TableDeps) {
  return {
    /** Writes a text over the version it came from. @returns false when it is there already, or somebody was first. */
    put: (text: SingleText) => put(deps, text),
    /** Strongly consistent. */
    get: (ref: SingleTextRef) => get(deps, ref),
    /** Every single text of a number that has not become a message, strongly consistent. */
    open: (number: string) => open(deps, number),
  };
}

async function put({ client, table }: TableDeps, text: SingleText): Promise<boolean> {
  return (await ifConditionHolds(client.send(new PutCommand(putSingleText(table, text))))) !== undefined;
}

async function get(deps: TableDeps, ref: SingleTextRef): Promise<SingleText | undefined> {
  const item = await readItem(deps, singleTextKey(ref));
  return item && parseSingleText(item);
}

async function open({ client, table }: TableDeps, number: string): Promise<SingleText[]> {
  const filter = {
    FilterExpression: '#status <> :ended',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':ended': 'ended' },
  };
  return (await readPartition(client, table, { ...singleTextRange(number), filter })).map(parseSingleText);
}
