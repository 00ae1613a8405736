/** A stretch of one partition of a list: every order from `low` to `high`, both included. */
export interface Range {
  readonly partition: string;
  readonly low: string;
  readonly high: string;
}

/** One entry of a list, with what it is ordered by. */
export interface Entry<T> {
  readonly order: string;
  readonly value: T;
}

export interface Page<T> {
  readonly rows: T[];
  /** Order of the last entry that was looked at; undefined when there is no more. */
  readonly next: string | undefined;
}

export interface PageRequest<T> {
  readonly ranges: readonly Range[];
  readonly descending: boolean;
  /** Rows on a page. */
  readonly limit: number;
  /** Order of the last entry of the page before. */
  readonly after?: string | undefined;
  /** One query: the next entries of a range, `limit` at most, and whether the range has more. */
  readonly query: (range: Range, limit: number) => Promise<{ entries: Entry<T>[]; more: boolean }>;
  readonly wants: (value: T) => boolean;
  /** Everything in the ranges is wanted: no more need be read than is shown. */
  readonly isExact?: boolean;
}

/** Sorts after everything that begins with the same text. */
export const LAST = '\uffff';
/** Queries for one page at most, so that no filter can make a request read a whole registry. */
export const QUERIES_PER_PAGE = 3;
/** Entries that one query looks at for a filter. */
const QUERY_LIMIT = 500;

/**
 * Reads one page out of several ranges as if they were one list, in order. Ranges are asked at the same time.
 *
 * Where a filter leaves little of what is read, the page may come back short, or empty, with a `next`: the reader goes on
 * from there.
 */
export async function readMergedPage<T>(reading: PageRequest<T>): Promise<Page<T>> {
  const { limit, descending, wants, isExact = false } = reading;
  // One more than is shown: the entry that was looked at last begins the range.
  const queryLimit = isExact ? limit + 1 : QUERY_LIMIT;
  const streams = reading.ranges.map((whole) => {
    const range = reading.after === undefined ? whole : beyond(whole, reading.after, descending);
    return { range, entries: [] as Entry<T>[], more: range.low <= range.high };
  });
  const rows: T[] = [];
  let queries = 0;
  let last = reading.after;
  while (rows.length < limit) {
    const wanting = streams.filter(({ entries, more }) => entries.length === 0 && more);
    queries += wanting.length;
    if (queries > QUERIES_PER_PAGE) return { rows, next: last };
    const answers = await Promise.all(wanting.map(({ range }) => reading.query(range, queryLimit)));
    for (const [index, stream] of wanting.entries()) {
      const { entries = [], more = false } = answers[index] ?? {};
      // A range begins at the entry that was looked at last, which was shown already.
      stream.entries = entries.filter(({ order }) => order !== last);
      stream.more = more;
      const end = entries.at(-1)?.order;
      if (end !== undefined) stream.range = beyond(stream.range, end, descending);
    }
    if (streams.some(({ entries, more }) => entries.length === 0 && more)) continue;
    const first = firstOf(streams, descending);
    if (!first) return { rows, next: undefined };
    const { order, value } = first.entries.shift() as Entry<T>;
    // While an index catches up, a number can stand in two partitions: it is shown once.
    if (order !== last && wants(value)) rows.push(value);
    last = order;
  }
  const more = streams.some(({ entries, more }) => entries.length > 0 || more);
  return { rows, next: more ? last : undefined };
}

function beyond(range: Range, order: string, descending: boolean): Range {
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
