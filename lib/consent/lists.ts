import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod';
import { type Item, readItem, readManyConsistently, type TableDeps } from '../runtime/dynamodb.ts';
import { LISTS, parseKeywordOptIn, stateKey } from './consent-items.ts';
import { type KeywordOptIn, keywordOptInSchema } from './keyword-opt-in.ts';
import { listEntrySchema } from './list-entry.ts';
import { keywordRange, type ListFilter, matchesFilter, type Plan, planOf } from './list-filter.ts';
import { type Page, type Range, readMergedPage } from './merged-pages.ts';
import { consentStateSchema } from './state.ts';

/** One number in a list (B4, C7, S7). */
export const listRowSchema = consentStateSchema
  .pick({ number: true, status: true, statusBy: true, optInRequest: true, carrierBlocked: true })
  .extend({
    ...listEntrySchema.shape,
    /** In the list of a keyword: the number's opt-in by it (T2). */
    keywordOptIn: keywordOptInSchema.optional(),
  });
export type ListRow = z.infer<typeof listRowSchema>;

/** Selects a page of a list. */
export interface Paging {
  /** Most rows of the page. */
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
}

/** Reads the lists of the registry. They follow the registry within about a second; `get` is strongly consistent. */
export interface ConsentLists {
  /** Returns a page of the numbers that pass a filter. A page can be short, or empty, and still have a `next`. */
  page(filter: ListFilter, paging: Paging): Promise<Page<ListRow>>;
  /** Returns the row of one number; undefined when the number has no events. */
  get(number: string): Promise<ListRow | undefined>;
  /**
   * Returns a page of the opt-ins by a keyword (T2, T6).
   *
   * @param word upper case.
   * @param filter.active only active opt-ins, or only ended ones; both when absent.
   */
  keywordOptIns(
    word: string,
    filter: { readonly active?: boolean | undefined },
    paging: Paging,
  ): Promise<Page<KeywordOptIn>>;
}

/** Creates the lists of the registry. @param deps.table the consent table. */
export function createConsentLists(deps: TableDeps): ConsentLists {
  return {
    page: (filter, paging) =>
      filter.keyword === undefined ? pageOfStates(deps, filter, paging) : pageOfKeyword(deps, filter, paging),
    get: async (number) => {
      const item = await readItem(deps, stateKey(number));
      return item && listRowSchema.parse(item);
    },
    keywordOptIns: (word, { active }, paging) => {
      const ranges = [keywordRange(word, active)];
      const query = createRangeQuery(deps, LISTS.byKeyword, false, parseKeywordOptIn);
      return readMergedPage({
        ...paging,
        ranges,
        descending: false,
        query,
        wants: () => true,
        isExact: true,
      });
    },
  };
}

function pageOfStates(deps: TableDeps, filter: ListFilter, paging: Paging): Promise<Page<ListRow>> {
  const { list, ranges, isExact } = planOf(filter);
  const descending = filter.descending ?? false;
  const query = createRangeQuery(deps, list, descending, (item) => listRowSchema.parse(item));
  const wants = (row: ListRow) => matchesFilter(filter, row);
  return readMergedPage({ ...paging, ranges, descending, query, wants, isExact });
}

/** Reads a page of the list by keyword. The list holds only numbers; the other fields are read from their states. */
async function pageOfKeyword(deps: TableDeps, filter: ListFilter, paging: Paging): Promise<Page<ListRow>> {
  const { list, ranges } = planOf(filter);
  const descending = filter.descending ?? false;
  const query = createRangeQuery(deps, list, descending, parseKeywordOptIn);
  const page = await readMergedPage({
    ...paging,
    ranges,
    descending,
    query,
    wants: () => true,
    isExact: true,
  });
  const keys = page.rows.map(({ number }) => stateKey(number));
  const items = await readManyConsistently(deps.client, deps.table, keys);
  const states = new Map(items.map((item) => [item['number'], item]));
  const rows = page.rows
    .map((keywordOptIn) => listRowSchema.parse({ ...states.get(keywordOptIn.number), keywordOptIn }))
    .filter((row) => matchesFilter(filter, row));
  return { rows, next: page.next };
}

function createRangeQuery<T>(
  { client, table }: TableDeps,
  list: Plan['list'],
  descending: boolean,
  parse: (item: Item) => T,
) {
  return async ({ partition, low, high }: Range, limit: number) => {
    const answer = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: list.index,
        KeyConditionExpression: '#partition = :partition AND #order BETWEEN :low AND :high',
        ExpressionAttributeNames: { '#partition': list.partition, '#order': list.order },
        ExpressionAttributeValues: { ':partition': partition, ':low': low, ':high': high },
        ScanIndexForward: !descending,
        Limit: limit,
      }),
    );
    const entries = (answer.Items ?? []).map((item) => ({
      order: String(item[list.order]),
      value: parse(item),
    }));
    return { entries, more: answer.LastEvaluatedKey !== undefined };
  };
}
