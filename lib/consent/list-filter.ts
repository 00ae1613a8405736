import { type ConsentStatus, consentStatuses } from './consent-event.ts';
import { keywordOrder, LISTS } from './consent-items.ts';
import type { EvidenceSource } from './list-entry.ts';
import { LAST, type Range } from './merged-pages.ts';
import type { ConsentState, OptInRequestStatus } from './state.ts';

/** Selects the numbers that a list shows, and their order. A number must pass every part that is given. */
export interface ListFilter {
  readonly status?: ConsentStatus | undefined;
  readonly optInRequest?: OptInRequestStatus | undefined;
  /** Begins the number: `+1303`. */
  readonly prefix?: string | undefined;
  /** Source of the event that the status comes from. */
  readonly source?: EvidenceSource | undefined;
  /** A keyword that the number has opted in by, active or ended. */
  readonly keyword?: string | undefined;
  /** Last change recorded at or after this moment, ISO 8601 UTC. */
  readonly from?: string | undefined;
  /** Last change recorded before this moment, ISO 8601 UTC. */
  readonly to?: string | undefined;
  /** The number by default when there is a prefix, else the change. */
  readonly sort?: 'number' | 'change' | undefined;
  readonly descending?: boolean | undefined;
}

/** The fields of a list's row that a filter looks at. */
export type Listed = Pick<ConsentState, 'number' | 'status' | 'statusBy' | 'optInRequest'> & {
  readonly changedAt: string;
};

/** The list to read for a filter, and the ranges of it. */
export interface Plan {
  readonly list: (typeof LISTS)[keyof typeof LISTS];
  readonly ranges: readonly Range[];
  /** True: every entry of the ranges passes the filter. */
  readonly isExact: boolean;
}

/** Returns the order of a list: by number, or by last change. */
export function sortOf({ sort, prefix, keyword }: ListFilter): 'number' | 'change' {
  if (keyword !== undefined) return 'change';
  return sort ?? (prefix === undefined ? 'change' : 'number');
}

/**
 * Returns the range of the opt-ins by a keyword. Ended ones sort before active ones.
 *
 * @param word upper case. @param active only active or only ended ones; both when absent.
 */
export function keywordRange(word: string, active?: boolean): Range {
  return {
    partition: word,
    low: keywordOrder(active ?? false),
    high: `${keywordOrder(active ?? true)}${LAST}`,
  };
}

/** Chooses the list that leaves the fewest entries to filter in the requested order, and the ranges of it to read. */
export function planOf(filter: ListFilter): Plan {
  const { status, optInRequest, prefix = '', source, keyword, from = '', to = LAST } = filter;
  if (keyword !== undefined) {
    return { list: LISTS.byKeyword, ranges: [keywordRange(keyword)], isExact: true };
  }
  const statuses = status === undefined ? consentStatuses : [status];
  if (sortOf(filter) === 'number') {
    // DynamoDB refuses an empty bound; every number begins with `+`.
    const [low, high] = [prefix || '+', `${prefix}${LAST}`];
    const isExact = optInRequest === undefined && source === undefined && from === '' && to === LAST;
    return { list: LISTS.byNumber, ranges: statuses.map((partition) => ({ partition, low, high })), isExact };
  }
  const [low, high] = [from || '0', to];
  const isExact = optInRequest === undefined && prefix === '';
  if (source !== undefined) {
    const ranges = [{ partition: source, low, high }];
    return { list: LISTS.bySource, ranges, isExact: isExact && status === undefined };
  }
  return { list: LISTS.byChange, ranges: statuses.map((partition) => ({ partition, low, high })), isExact };
}

/** Tells whether a row passes every part of a filter except the keyword, which only the list by keyword holds. */
export function matchesFilter(filter: ListFilter, row: Listed): boolean {
  const { status, optInRequest, prefix = '', source, from = '', to = LAST } = filter;
  return (
    (status === undefined || row.status === status) &&
    (optInRequest === undefined || row.optInRequest === optInRequest) &&
    (source === undefined || row.statusBy?.source === source) &&
    row.number.startsWith(prefix) &&
    row.changedAt >= from &&
    row.changedAt < to
  );
}
