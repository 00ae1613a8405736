import { type ConsentStatus, consentStatuses } from './consent-event.ts';
import { keywordOrder, LISTS } from './consent-items.ts';
import type { EvidenceSource } from './list-entry.ts';
import { LAST, type Range } from './merged-pages.ts';
import type { ConsentState, OptInRequestStatus } from './state.ts';

/** Which numbers a list shows, and in which order. Every part narrows it further. */
export interface ListFilter {
  readonly status?: ConsentStatus | undefined;
  readonly optInRequest?: OptInRequestStatus | undefined;
  /** Begins the number: `+1303`. */
  readonly prefix?: string | undefined;
  /** Where the status came from. */
  readonly source?: EvidenceSource | undefined;
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
export type Listed = Pick<ConsentState, 'number' | 'status' | 'statusBy' | 'optInRequest'> & {
  readonly changedAt: string;
};

export interface Plan {
  readonly list: (typeof LISTS)[keyof typeof LISTS];
  readonly ranges: readonly Range[];
  /** Whether every entry of the ranges passes the filter. */
  readonly isExact: boolean;
}

/** The order that a list has. */
export function sortOf({ sort, prefix, keyword }: ListFilter): 'number' | 'change' {
  if (keyword !== undefined) return 'change';
  return sort ?? (prefix === undefined ? 'change' : 'number');
}

/** The opt-ins by a keyword, those that ended before the others: all of them, or one kind. */
export function keywordRange(word: string, active?: boolean): Range {
  return {
    partition: word,
    low: keywordOrder(active ?? false),
    high: `${keywordOrder(active ?? true)}${LAST}`,
  };
}

/** Chooses the list that leaves least to filter in the order asked for, and the stretches of it to read. */
export function planOf(filter: ListFilter): Plan {
  const { status, optInRequest, prefix = '', source, keyword, from = '', to = LAST } = filter;
  if (keyword !== undefined) {
    return { list: LISTS.byKeyword, ranges: [keywordRange(keyword)], isExact: true };
  }
  const wanted = status === undefined ? consentStatuses : [status];
  if (sortOf(filter) === 'number') {
    // A number is never empty, and a bound of a key may not be.
    const [low, high] = [prefix || '+', `${prefix}${LAST}`];
    const isExact = optInRequest === undefined && source === undefined && from === '' && to === LAST;
    return { list: LISTS.byNumber, ranges: wanted.map((partition) => ({ partition, low, high })), isExact };
  }
  const [low, high] = [from || '0', to];
  const isExact = optInRequest === undefined && prefix === '';
  if (source !== undefined) {
    const ranges = [{ partition: source, low, high }];
    return { list: LISTS.bySource, ranges, isExact: isExact && status === undefined };
  }
  return { list: LISTS.byChange, ranges: wanted.map((partition) => ({ partition, low, high })), isExact };
}

/** Whether a number passes every part of a filter but its keyword, which only the list by keyword knows. */
export function matches(filter: ListFilter, row: Listed): boolean {
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
