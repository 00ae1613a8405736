import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, test } from 'vitest';
import { ifConditionHolds, transact } from '../../../lib/runtime/conditional-writes.ts';
import { checkVersion, putIfAbsent, putOverVersion } from '../../../lib/runtime/item-conditions.ts';
import { createTables, type Tables } from '../../setup/tables.ts';

let tables: Tables;
let table: string;
beforeAll(async () => {
  tables = await createTables();
  table = tables.outreachTable;
});

const STORED = [undefined, 1, 2, 3];
const cases = STORED.flatMap((stored) => [1, 2, 3, 4].map((version) => [stored, version] as const));

/** @param version of the item that is there; undefined for none. */
async function store(pk: string, version: number | undefined) {
  const key = { pk, sk: 'ITEM' };
  if (version === undefined) return key;
  await tables.client.send(new PutCommand({ TableName: table, Item: { ...key, version } }));
  return key;
}

test.each(cases)(
  'over a stored version %s, version %s is written only if it comes from it',
  async (stored, version) => {
    const key = await store(`PUT ${stored} ${version}`, stored);
    const put = new PutCommand(putOverVersion(table, { ...key, version, by: 'us' }));
    const written = (await ifConditionHolds(tables.client.send(put))) !== undefined;
    expect(written).toBe(version === (stored ?? 0) + 1);
    const { Item } = await tables.client.send(new GetCommand({ TableName: table, Key: key }));
    expect(Item?.['version']).toBe(written ? version : stored);
  },
);

test.each(cases)(
  'a check of stored version %s against %s fails unless they are the same',
  async (stored, read) => {
    const key = await store(`CHECK ${stored} ${read}`, stored);
    const other = { pk: `BESIDE ${stored} ${read}`, sk: 'ITEM' };
    const codes = await transact(tables.client, [
      { ConditionCheck: checkVersion(table, key, read - 1) },
      { Put: putIfAbsent(table, other) },
    ]);
    const isSame = read - 1 === (stored ?? 0);
    expect(codes).toEqual(isSame ? undefined : ['ConditionalCheckFailed', 'None']);
    const { Item } = await tables.client.send(new GetCommand({ TableName: table, Key: other }));
    expect(Item !== undefined).toBe(isSame);
  },
);

test('an item from before versions is written over once, as version 1', async () => {
  const key = { pk: 'UNVERSIONED', sk: 'ITEM' };
  await tables.client.send(new PutCommand({ TableName: table, Item: key }));
  const put = () => tables.client.send(new PutCommand(putOverVersion(table, { ...key, version: 1 })));
  expect(await ifConditionHolds(put())).toBeDefined();
  expect(await ifConditionHolds(put())).toBeUndefined();
});
