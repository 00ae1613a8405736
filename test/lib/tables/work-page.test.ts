import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, test } from 'vitest';
import type { Item } from '../../../lib/runtime/dynamodb.ts';
import { FIRST_MOMENT, pageOfWork, type WorkSpan } from '../../../lib/tables/work-page.ts';
import { createTables, type Tables } from '../../setup/tables.ts';

const WORK = 'WORK-PAGE';
/** In the order of the index: what waits without end begins with its number. */
const ORDERS = [
  '+13035550101#lead',
  '2026-06-01T10:00:00.000Z',
  '2026-06-01T11:00:00.000Z',
  '2026-06-01T12:00:00.000Z',
];
const [ENDLESS = '', FIRST = '', SECOND = '', THIRD = ''] = ORDERS;

let tables: Tables;
beforeAll(async () => {
  tables = await createTables();
  for (const workOrder of [...ORDERS.toReversed(), 'elsewhere']) {
    const work = workOrder === 'elsewhere' ? 'OTHER' : WORK;
    const Item = { pk: `ITEM ${workOrder}`, sk: 'ITEM', work, workOrder };
    await tables.client.send(new PutCommand({ TableName: tables.outreachTable, Item }));
  }
});

/** Every page of a span, two entries each. */
async function ordersOf(span: WorkSpan | undefined, isNewestFirst = false): Promise<unknown[]> {
  const table = { client: tables.client, table: tables.outreachTable };
  const orders: unknown[] = [];
  let cursor: Item | undefined;
  do {
    const page = await pageOfWork(table, WORK, { span, isNewestFirst, limit: 2, cursor });
    expect(page.items.length).toBeLessThanOrEqual(2);
    orders.push(...page.items.map(({ workOrder }) => workOrder));
    cursor = page.next;
  } while (cursor);
  return orders;
}

test.each<[string, WorkSpan | undefined, readonly string[]]>([
  ['without a span', undefined, ORDERS],
  ['before a moment, that one left out', { before: SECOND }, [ENDLESS, FIRST]],
  ['in a span, both ends included', { from: FIRST, to: SECOND }, [FIRST, SECOND]],
  [
    'up to a moment, what waits without end left out',
    { from: FIRST_MOMENT, to: THIRD },
    [FIRST, SECOND, THIRD],
  ],
])('X4 the work index answers page by page, in order: %s', async (_, span, expected) => {
  expect(await ordersOf(span)).toEqual(expected);
});

test('the newest work comes first where it is asked for so', async () => {
  expect(await ordersOf(undefined, true)).toEqual(ORDERS.toReversed());
});
