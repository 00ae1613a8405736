/** A range of one partition of a list: every sort key from `low` to `high`, both included. */
export interface Range {
  readonly partition: string;
  readonly low: string;
  readonly high: string;
}

/** One entry of a list, with its sort key. */
export interface Entry<T> {
  readonly order: string;
  readonly value: T;
}

export interface Page<T> {
  readonly rows: T[];
  /** Sort key of the last entry that was looked at; undefined on the last page. */
  readonly next: string | undefined;
}

export interface PageRequest<T> {
  readonly ranges: readonly Range[];
  readonly descending: boolean;
  /** Rows on a page. */
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
  /** Reads the first entries of a range, `limit` at most, and tells whether the range has more. */
  readonly query: (range: Range, limit: number) => Promise<{ entries: Entry<T>[]; more: boolean }>;
  readonly wants: (value: T) => boolean;
  /** True: every entry of the ranges is wanted, so no more are read than the page shows. */
  readonly isExact?: boolean;
}

/** Sorts after everything that begins with the same text. */
export const LAST = '\uffff';
/** Most queries for one page, so that no filter can make a request read the whole registry. */
export const QUERIES_PER_PAGE = 3;
/** Most entries that one query reads for a filter. */
const QUERY_LIMIT = 500;

/**
 * Reads one page out of several ranges as if they were one list, in order. Queries the ranges at the same time.
 *
 * @returns the page. When few entries pass the filter, it can be short, or empty, and still have a `next`.
 */
export async function readMergedPage<T>(request: PageRequest<T>): Promise<Page<T>> {
  const { limit, descending, wants, isExact = false } = request;
  // One more than the page shows: the range begins with the entry that the page before ended at.
  const queryLimit = isExact ? limit + 1 : QUERY_LIMIT;
  const streams = request.ranges.map((whole) => {
    const range = request.after === undefined ? whole : narrowRange(whole, request.after, descending);
    return { range, entries: [] as Entry<T>[], more: range.low <= range.high };
  });
  const rows: T[] = [];
  let queries = 0;
  let last = request.after;
  while (rows.length < limit) {
    const empty = streams.filter(({ entries, more }) => entries.length === 0 && more);
    queries += empty.length;
    if (queries > QUERIES_PER_PAGE) return { rows, next: last };
    const answers = await Promise.all(empty.map(({ range }) => request.query(range, queryLimit)));
    for (const [index, stream] of empty.entries()) {
      const { entries = [], more = false } = answers[index] ?? {};
      // The range begins with the entry that was looked at last. It is left out here.
      stream.entries = entries.filter(({ order }) => order !== last);
      stream.more = more;
      const end = entries.at(-1)?.order;
      if (end !== undefined) stream.range = narrowRange(stream.range, end, descending);
    }
    if (streams.some(({ entries, more }) => entries.length === 0 && more)) continue;
    const first = firstOf(streams, descending);
    if (!first) return { rows, next: undefined };
    const { order, value } = first.entries.shift() as Entry<T>;
    // While an index catches up, a number can be in two partitions. The page shows it once.
    if (order !== last && wants(value)) rows.push(value);
    last = order;
  }
  const more = streams.some(({ entries, more }) => entries.length > 0 || more);
  return { rows, next: more ? last : undefined };
}

/** Returns the part of a range that begins at an entry's sort key, in reading order. */
function narrowRange(range: Range, order: string, descending: boolean): Range {
  return descending
    ? { ...range, high: order < range.high ? order : range.high }
    : { ...range, low: order > range.low ? order : range.low };
}

function firstOf<S extends { readonly entries: readonly Entry<unknown>[] }>(
  streams: readonly S[],
  descending: boolean,
): S | undefined {
  let first: S | undefined;
  for (const stream of streams) {
    const order = stream.entries[0]?.order;
    const leading = first?.entries[0]?.order;
    if (order === undefined) continue;
    if (leading === undefined || (descending ? order > leading : order < leading)) first = stream;
  }
  return first;
}
