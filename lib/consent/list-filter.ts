import { type Standing, standings } from './event.ts';
import { keywordOrder, LISTS } from './items.ts';
import type { Source } from './listing.ts';
import { LAST, type Range } from './ranges.ts';
import type { ConsentState, Prompt } from './state.ts';

/** Which numbers a list shows, and in which order. Every part narrows it further. */
export interface ListFilter {
  readonly standing?: Standing | undefined;
  readonly prompt?: Prompt | undefined;
  /** Begins the number: `+1303`. */
  readonly prefix?: string | undefined;
  /** Where the standing came from. */
  readonly source?: Source | undefined;
  /** A keyword that the number has opted in by, now or once. */
  readonly keyword?: string | undefined;
  /** Last change recorded at or after this moment, ISO 8601 UTC. */
  readonly from?: string | undefined;
  /** Last change recorded before this moment. */
  readonly to?: string | undefined;
  /** By default what the filter narrows most: the number with a prefix, else the change. */
  readonly sort?: 'number' | 'change' | undefined;
  readonly descending?: boolean | undefined;
}

/** What a list shows of one number. */
export type Listed = Pick<ConsentState, 'number' | 'standing' | 'standingBy' | 'prompt'> & {
  readonly changedAt: string;
};

export interface Plan {
  readonly list: (typeof LISTS)[keyof typeof LISTS];
  readonly ranges: readonly Range[];
}

/** The order that a list has. */
export function sortOf({ sort, prefix, keyword }: ListFilter): 'number' | 'change' {
  if (keyword !== undefined) return 'change';
  return sort ?? (prefix === undefined ? 'change' : 'number');
}

/** Chooses the list that leaves least to filter in the order asked for, and the stretches of it to read. */
export function planOf(filter: ListFilter): Plan {
  const { standing, prefix = '', source, keyword, from = '', to = LAST } = filter;
  if (keyword !== undefined) {
    const ranges = [false, true].map((active) => {
      const order = keywordOrder(active);
      return { partition: keyword, low: order, high: `${order}${LAST}` };
    });
    return { list: LISTS.byKeyword, ranges };
  }
  const wanted = standing === undefined ? standings : [standing];
  if (sortOf(filter) === 'number') {
    // A number is never empty, and a bound of a key may not be.
    const [low, high] = [prefix || '+', `${prefix}${LAST}`];
    return { list: LISTS.byNumber, ranges: wanted.map((partition) => ({ partition, low, high })) };
  }
  const [low, high] = [from || '0', to];
  if (source !== undefined) return { list: LISTS.bySource, ranges: [{ partition: source, low, high }] };
  return { list: LISTS.byChange, ranges: wanted.map((partition) => ({ partition, low, high })) };
}

/** Whether a number passes every part of a filter but its keyword, which only the list by keyword knows. */
export function matches(filter: ListFilter, row: Listed): boolean {
  const { standing, prompt, prefix = '', source, from = '', to = LAST } = filter;
  return (
    (standing === undefined || row.standing === standing) &&
    (prompt === undefined || row.prompt === prompt) &&
    (source === undefined || row.standingBy?.source === source) &&
    row.number.startsWith(prefix) &&
    row.changedAt >= from &&
    row.changedAt < to
  );
}
