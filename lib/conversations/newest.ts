/** What one shard of a list answered: entries newest first, and whether older ones follow. */
export interface ShardPage<T> {
  readonly entries: readonly T[];
  readonly isLast: boolean;
}

/** An entry's place in its list: unique, and larger the newer it is. */
export interface Placed {
  readonly place: string;
}

/**
 * The newest entries of a list that lies in shards, of what each shard has below the place where the page before ended.
 *
 * @param limit entries of a page, which each shard was asked for as well.
 * @returns the page newest first, and the place below which the next one begins; undefined after the last.
 */
export function mergeNewest<T extends Placed>(
  shards: readonly ShardPage<T>[],
  limit: number,
): { readonly entries: readonly T[]; readonly next: string | undefined } {
  // Below the last entry of a shard that has more to say its next one may stand: nothing from there on is known to be next.
  const known = shards.reduce((floor, { entries, isLast }) => {
    const last = entries.at(-1)?.place ?? '';
    return !isLast && last > floor ? last : floor;
  }, '');
  const all = shards
    .flatMap(({ entries }) => entries)
    .filter(({ place }) => place >= known)
    .toSorted((a, b) => (a.place < b.place ? 1 : -1));
  const entries = all.slice(0, limit);
  const isLast = entries.length === all.length && shards.every((shard) => shard.isLast);
  return { entries, next: isLast ? undefined : entries.at(-1)?.place };
}
