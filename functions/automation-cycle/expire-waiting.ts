import type { WorkIndex } from '../../lib/automation/work-index.ts';
import { type WakeEntryDeps, wakeEntry } from '../../lib/gate/wake.ts';
import type { Item } from '../../lib/runtime/dynamodb.ts';
import { ALL_SHARDS } from '../../lib/tables/outreach.ts';

export interface ExpireWaitingDeps extends WakeEntryDeps {
  readonly index: Pick<WorkIndex, 'overdue'>;
}

const PAGE = 100;

/**
 * Makes due what waits for a person's answer and is too old by now, so that the gate drops it with the reason (C3). Reads
 * nobody whose time has not come: one query per shard where there is nothing to do.
 *
 * @param hasTime asked between pages; what is left over is found by the next sweep.
 * @returns how many are due now.
 */
export async function expireWaiting(deps: ExpireWaitingDeps, hasTime: () => boolean): Promise<number> {
  const ended = await Promise.all(ALL_SHARDS.map((shard) => endWaitingOf(deps, shard, hasTime)));
  return ended.reduce((sum, count) => sum + count, 0);
}

async function endWaitingOf(deps: ExpireWaitingDeps, shard: number, hasTime: () => boolean): Promise<number> {
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
