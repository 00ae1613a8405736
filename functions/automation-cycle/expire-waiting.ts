import type { WorkIndex } from '../../lib/automation/work-index.ts';
import { type WakeEntryDeps, wakeEntry } from '../../lib/gate/wake.ts';
import type { Item } from '../../lib/runtime/dynamodb.ts';
import { ALL_SHARDS } from '../../lib/tables/outreach.ts';

export interface ExpireWaitingDeps extends WakeEntryDeps {
  readonly index: Pick<WorkIndex, 'overdue'>;
}

const PAGE = 100;

/**
 * Makes each text due that has waited for a person's answer longer than its maximum age, so that the gate drops it with the
 * reason (C3). Reads no text whose wait goes on: a shard without an ended wait costs one query.
 *
 * @param hasTime is checked between pages. The next sweep finds the rest.
 * @returns how many texts became due.
 */
export async function expireWaiting(deps: ExpireWaitingDeps, hasTime: () => boolean): Promise<number> {
  const ended = await Promise.all(ALL_SHARDS.map((shard) => expireShard(deps, shard, hasTime)));
  return ended.reduce((sum, count) => sum + count, 0);
}

async function expireShard(deps: ExpireWaitingDeps, shard: number, hasTime: () => boolean): Promise<number> {
  const now = deps.now().toISOString();
  const isOver = ({ waitsUntil }: { readonly waitsUntil?: string | undefined }) =>
    waitsUntil !== undefined && waitsUntil <= now;
  let ended = 0;
  let cursor: Item | undefined;
  do {
    if (!hasTime()) return ended;
    const page = await deps.index.overdue(shard, now, PAGE, cursor);
    const woken = await Promise.all(page.entries.map((entry) => wakeEntry(deps, entry, isOver)));
    ended += woken.filter(Boolean).length;
    cursor = page.next;
  } while (cursor);
  return ended;
}
