/** One page of a shard of a list. */
export interface ShardPage<T> {
  /** Newest first. */
  readonly entries: readonly T[];
  /** True when no older entries follow. */
  readonly isLast: boolean;
}

/** Has a place in a list: unique, and larger for newer entries. */
export interface Placed {
  readonly place: string;
}

/**
 * Merges the pages of all shards of a list into one page. Pure.
 *
 * @param shards a page of each shard, with `limit` entries at most, below the place where the page before ended.
 * @param limit most entries of the merged page.
 * @returns the page, newest first, and the place below which the next page begins; undefined after the last page.
 */
export function mergeNewest<T extends Placed>(
  shards: readonly ShardPage<T>[],
  limit: number,
): { readonly entries: readonly T[]; readonly next: string | undefined } {
  // A shard that has older entries may place one directly below its last. So entries below that place must wait for the next page.
  const lowest = shards.reduce((floor, { entries, isLast }) => {
    const last = entries.at(-1)?.place ?? '';
    return !isLast && last > floor ? last : floor;
  }, '');
  const all = shards
    .flatMap(({ entries }) => entries)
    .filter(({ place }) => place >= lowest)
    .toSorted((a, b) => (a.place < b.place ? 1 : -1));
  const entries = all.slice(0, limit);
  const isLast = entries.length === all.length && shards.every((shard) => shard.isLast);
  return { entries, next: isLast ? undefined : entries.at(-1)?.place };
}
