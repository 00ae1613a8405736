import { SHARDS } from '../../lib/automation/work.ts';
import type { CrmPreferences, Mapping } from '../../lib/crm/preferences.ts';
import type { SweepPosition } from '../../lib/crm/status-store.ts';
import type { CrmDeps, RunCounts } from './crm-deps.ts';
import { lookUpNumbers } from './look-up-numbers.ts';

/** Numbers of one look-up, and entries of one page of those who wait. */
export const NUMBERS_AT_ONCE = 200;
const READS_AT_ONCE = 20;

/**
 * Looks up those who wait for consent, each once within the organization's interval at most. Goes on where the last sweep
 * ended and makes one round at most, so that every one of a million has their turn.
 */
export async function sweep(
  deps: CrmDeps,
  preferences: CrmPreferences,
  mappings: readonly Mapping[],
  counts: RunCounts,
  mayGoOn: () => boolean,
): Promise<void> {
  let position = await deps.status.position();
  let gathered = new Set<string>();
  for (let shardsDone = 0; shardsDone <= SHARDS && mayGoOn(); ) {
    const page = await deps.index.waiting(position.shard, NUMBERS_AT_ONCE, position.cursor);
    const numbers = [...new Set(page.entries.map(({ number }) => number))];
    for (const number of await dueNumbers(deps, preferences, numbers)) gathered.add(number);
    position = after(position, page.next);
    if (!page.next) shardsDone++;
    if (gathered.size < NUMBERS_AT_ONCE && shardsDone <= SHARDS) continue;
    gathered = await flush(deps, preferences, mappings, gathered, counts);
    await deps.status.movePosition(position);
  }
  await flush(deps, preferences, mappings, gathered, counts);
  await deps.status.movePosition(position);
}

function after({ shard }: SweepPosition, next: SweepPosition['cursor']): SweepPosition {
  return next ? { shard, cursor: next } : { shard: (shard + 1) % SHARDS };
}

async function flush(
  deps: CrmDeps,
  preferences: CrmPreferences,
  mappings: readonly Mapping[],
  gathered: ReadonlySet<string>,
  counts: RunCounts,
): Promise<Set<string>> {
  const all = [...gathered];
  for (let start = 0; start < all.length; start += NUMBERS_AT_ONCE) {
    const few = all.slice(start, start + NUMBERS_AT_ONCE);
    counts.attested += (await lookUpNumbers(deps, preferences, mappings, few)).attested;
    counts.lookedUp += few.length;
  }
  return new Set();
}

/** Those whose last look-up is long enough ago, and of whom no consent is known yet: an opt-out no CRM field lifts. */
async function dueNumbers(
  deps: CrmDeps,
  { intervalMinutes }: CrmPreferences,
  numbers: readonly string[],
): Promise<string[]> {
  const lookups = await deps.lookups.of(numbers);
  const before = new Date(deps.now().getTime() - intervalMinutes * 60_000).toISOString();
  const old = numbers.filter((number) => (lookups.get(number)?.lookedUpAt ?? '') <= before);
  const due: string[] = [];
  for (let start = 0; start < old.length; start += READS_AT_ONCE) {
    const few = old.slice(start, start + READS_AT_ONCE);
    const states = await Promise.all(few.map((number) => deps.registry.read(number)));
    due.push(...few.filter((_, index) => states[index]?.standing === 'none'));
  }
  return due;
}
