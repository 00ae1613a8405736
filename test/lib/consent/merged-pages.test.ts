import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Entry,
  LAST,
  QUERIES_PER_PAGE,
  type Range,
  readMergedPage,
} from '../../../lib/consent/merged-pages.ts';

/** Reads partitions as DynamoDB does: in order, bounds included, a page at a time. */
function storeOf(partitions: readonly (readonly string[])[], descending: boolean) {
  let queries = 0;
  return {
    ranges: partitions.map((_, index) => ({ partition: String(index), low: '0', high: LAST })),
    query: async ({ partition, low, high }: Range, limit: number) => {
      queries++;
      const orders = (partitions[Number(partition)] ?? [])
        .filter((order) => order >= low && order <= high)
        .sort();
      if (descending) orders.reverse();
      const entries: Entry<string>[] = orders.slice(0, limit).map((order) => ({ order, value: order }));
      return { entries, more: orders.length > limit };
    },
    queries: () => queries,
  };
}

it('B4 pages over several partitions show each entry once, in order, for every filter and page size', async () => {
  const entries = fc.uniqueArray(fc.integer({ min: 100, max: 999 }), { maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(
      entries,
      fc.integer({ min: 1, max: 20 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 9 }),
      async (all, limit, descending, divisor) => {
        const orders = all.map(String);
        const partitions = [0, 1, 2].map((part) => orders.filter((_, index) => index % 3 === part));
        const wants = (value: string) => Number(value) % divisor === 0;
        const seen: string[] = [];
        let after: string | undefined;
        do {
          const store = storeOf(partitions, descending);
          const page = await readMergedPage({ ...store, limit, descending, after, wants });
          expect(page.rows.length).toBeLessThanOrEqual(limit);
          expect(store.queries()).toBeLessThanOrEqual(QUERIES_PER_PAGE);
          seen.push(...page.rows);
          after = page.next;
        } while (after !== undefined);
        const expected = orders.filter(wants).sort();
        expect(seen).toEqual(descending ? expected.reverse() : expected);
      },
    ),
    { numRuns: 300 },
  );
});

it('S7 a filter that leaves nothing ends a page after a bounded number of queries, and says where to go on', async () => {
  const orders = Array.from({ length: 2000 }, (_, index) => String(10_000 + index));
  const store = storeOf([orders], false);
  const page = await readMergedPage({ ...store, limit: 10, descending: false, wants: () => false });
  expect(page.rows).toEqual([]);
  expect(page.next).toBeDefined();
  expect(store.queries()).toBe(QUERIES_PER_PAGE);
});
