import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { ifConditionHolds } from '../runtime/conditional-writes.ts';
import { readItem, readPartition, type TableDeps } from '../runtime/dynamodb.ts';
import type { SingleText, SingleTextRef } from './single-text.ts';
import { parseSingleText, putSingleText, singleTextKey, singleTextRange } from './single-text-items.ts';

/** Reads and writes single texts on their way through the gate. */
export type SingleTextStore = ReturnType<typeof createSingleTextStore>;

/** Creates the store. @param deps.table the outreach table. */
export function createSingleTextStore(deps: TableDeps) {
  return {
    /** Writes a text over the version it came from. @returns false when another writer was first, or a new text exists already. */
    put: (text: SingleText) => writeSingleText(deps, text),
    /** Reads one text, strongly consistent. */
    get: (ref: SingleTextRef) => readSingleText(deps, ref),
    /** Reads every text of a number that has not become a message, strongly consistent. */
    open: (number: string) => readOpenTexts(deps, number),
  };
}

async function writeSingleText({ client, table }: TableDeps, text: SingleText): Promise<boolean> {
  return (await ifConditionHolds(client.send(new PutCommand(putSingleText(table, text))))) !== undefined;
}

async function readSingleText(deps: TableDeps, ref: SingleTextRef): Promise<SingleText | undefined> {
  const item = await readItem(deps, singleTextKey(ref));
  return item && parseSingleText(item);
}

async function readOpenTexts({ client, table }: TableDeps, number: string): Promise<SingleText[]> {
  const filter = {
    FilterExpression: '#status <> :ended',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':ended': 'ended' },
  };
  return (await readPartition(client, table, { ...singleTextRange(number), filter })).map(parseSingleText);
}
