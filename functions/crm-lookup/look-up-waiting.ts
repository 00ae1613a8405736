import type { CrmPreferences, Mapping } from '../../lib/crm/preferences.ts';
import type { SweepPosition } from '../../lib/crm/status-store.ts';
import { SHARDS } from '../../lib/tables/outreach.ts';
import type { CrmDeps, RunCounts } from './crm-deps.ts';
import { lookUpNumbers } from './look-up-numbers.ts';

/**
 * Numbers of one look-up, and entries of one page of the waiting index. So many numbers need two queries for an object with
 * two phone fields, and four for ImproveIt 360 Lightning's three objects: one composite request holds them.
 */
export const NUMBERS_AT_ONCE = 400;

/**
 * Looks up leads who wait for consent, each at most once within the organization's interval (H6).
 *
 * It continues where the last sweep ended and makes at most one round over all shards, so that each of a million leads has
 * a turn.
 */
export async function lookUpWaiting(
  deps: CrmDeps,
  preferences: CrmPreferences,
  mappings: readonly Mapping[],
  counts: RunCounts,
  mayGoOn: () => boolean,
): Promise<void> {
  const lookUpAll = async (numbers: readonly string[]): Promise<void> => {
    counts.optIns += (await lookUpNumbers(deps, preferences, mappings, numbers)).optIns;
    counts.lookedUp += numbers.length;
  };
  let position = await deps.status.position();
  let gathered: string[] = [];
  for (let shardsDone = 0; shardsDone <= SHARDS && mayGoOn(); ) {
    const page = await deps.index.waiting(position.shard, NUMBERS_AT_ONCE, position.cursor);
    const numbers = new Set(page.entries.map(({ number }) => number));
    const due = await dueNumbers(deps, preferences, [...numbers]);
    gathered = [...new Set([...gathered, ...due])];
    const before = position;
    position = positionAfter(position, page.next);
    if (!page.next) shardsDone++;
    if (gathered.length < NUMBERS_AT_ONCE) continue;
    await lookUpAll(gathered.slice(0, NUMBERS_AT_ONCE));
    // The numbers that are left came with this page. If this run ends without them, the next one reads the page again.
    gathered = gathered.slice(NUMBERS_AT_ONCE);
    await deps.status.movePosition(gathered.length > 0 ? before : position);
  }
  if (gathered.length > 0) await lookUpAll(gathered);
  await deps.status.movePosition(position);
}

function positionAfter({ shard }: SweepPosition, next: SweepPosition['cursor']): SweepPosition {
  return next ? { shard, cursor: next } : { shard: (shard + 1) % SHARDS };
}

/**
 * Selects the numbers whose last look-up is long enough ago and whose consent status is `none`. Opted-out numbers are left
 * out, since no CRM field lifts an opt-out.
 */
async function dueNumbers(
  deps: CrmDeps,
  { intervalMinutes }: CrmPreferences,
  numbers: readonly string[],
): Promise<string[]> {
  const lookups = await deps.lookups.getMany(numbers);
  const before = new Date(deps.now().getTime() - intervalMinutes * 60_000).toISOString();
  const old = numbers.filter((number) => (lookups.get(number)?.lookedUpAt ?? '') <= before);
  const states = await deps.registry.readMany(old);
  return [...states].filter(([, { status }]) => status === 'none').map(([number]) => number);
}
