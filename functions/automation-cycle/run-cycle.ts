import type { Lanes } from '../../lib/automation/lanes.ts';
import { LANES, type WorkKind } from '../../lib/automation/work.ts';
import type { DueEntry, WorkIndex } from '../../lib/automation/work-index.ts';
import type { Item } from '../../lib/runtime/dynamodb.ts';
import { ALL_SHARDS } from '../../lib/tables/outreach.ts';
import type { Watermarks } from './watermarks.ts';

export interface CycleDeps {
  readonly index: Pick<WorkIndex, 'due'>;
  readonly watermarks: Watermarks;
  readonly lanes: Lanes;
  readonly now: () => Date;
}

export interface CycleResult {
  readonly enqueued: number;
  /** False when time ran short: the marks stand where reading stopped, and the next cycle goes on from there. */
  readonly finished: boolean;
  /** How long the oldest of what was found had been due; 0 when nothing was. */
  readonly oldestDueSeconds: number;
}

/** The due index may show an entry a little late, and clocks differ a little: this much is read twice. */
const OVERLAP_MILLISECONDS = 30_000;
const PAGE = 500;
/** Before everything: the first mark of a new stack. */
const BEGINNING = '1970-01-01T00:00:00.000Z';

/**
 * One cycle of one kind: enqueues what became due since the last one. Nothing is written per text; what the overlap
 * enqueues twice dies in the gate's transaction.
 *
 * @param hasTime asked between pages.
 * @throws Error when the queue refused entries: the mark stays and the next cycle enqueues them again.
 */
export async function runCycle(
  deps: CycleDeps,
  kind: WorkKind,
  hasTime: () => boolean,
): Promise<CycleResult> {
  const marks = await deps.watermarks.read(kind);
  const to = deps.now().toISOString();
  const shards = await Promise.all(
    ALL_SHARDS.map(async (shard) => {
      // A mark ahead of this clock was set by one that runs ahead.
      const [mark = to] = [marks[shard] ?? BEGINNING, to].sort();
      const span = { from: overlapped(mark), to };
      return { shard, ...(await enqueueSpan(deps, kind, shard, span, hasTime)) };
    }),
  );
  const moved = Object.fromEntries(shards.map(({ shard, reached }) => [shard, reached]));
  await deps.watermarks.write(kind, { ...marks, ...moved });
  return summary(shards, to);
}

/**
 * Enqueues once more what is due and older than any mark allows: entries whose records a dead-letter queue swallowed.
 * Nothing depends on it to be prompt.
 */
export async function sweepDue(
  deps: CycleDeps,
  kind: WorkKind,
  hasTime: () => boolean,
): Promise<CycleResult> {
  const marks = await deps.watermarks.read(kind);
  const now = deps.now().toISOString();
  const shards = await Promise.all(
    ALL_SHARDS.map((shard) => {
      const span = { from: BEGINNING, to: overlapped(marks[shard] ?? BEGINNING) };
      return enqueueSpan(deps, kind, shard, span, hasTime);
    }),
  );
  return summary(shards, now);
}

interface ShardResult extends Omit<CycleResult, 'oldestDueSeconds'> {
  /** When the first entry was due: the index is in that order. */
  readonly oldestDueAt: string | undefined;
  /** Everything due up to here is enqueued. */
  readonly reached: string;
}

async function enqueueSpan(
  { index, lanes }: CycleDeps,
  kind: WorkKind,
  shard: number,
  { from, to }: { readonly from: string; readonly to: string },
  hasTime: () => boolean,
): Promise<ShardResult> {
  let enqueued = 0;
  let reached = from;
  let oldestDueAt: string | undefined;
  let cursor: Item | undefined;
  do {
    if (!hasTime()) return { enqueued, reached, oldestDueAt, finished: false };
    const page = await index.due(kind, shard, { from, to, limit: PAGE }, cursor);
    await lanes.enqueue(
      LANES[kind],
      page.entries.map(({ work }) => work),
    );
    enqueued += page.entries.length;
    oldestDueAt ??= page.entries[0]?.dueAt;
    reached = lastDueAt(page.entries) ?? reached;
    cursor = page.next;
  } while (cursor);
  return { enqueued, reached: to, oldestDueAt, finished: true };
}

function lastDueAt(entries: readonly DueEntry[]): string | undefined {
  return entries.at(-1)?.dueAt;
}

function overlapped(mark: string): string {
  return new Date(Math.max(0, Date.parse(mark) - OVERLAP_MILLISECONDS)).toISOString();
}

function summary(shards: readonly ShardResult[], now: string): CycleResult {
  const [oldest = now] = shards.flatMap(({ oldestDueAt }) => oldestDueAt ?? []).sort();
  return {
    oldestDueSeconds: Math.max(0, Math.round((Date.parse(now) - Date.parse(oldest)) / 1000)),
    enqueued: shards.reduce((sum, { enqueued }) => sum + enqueued, 0),
    finished: shards.every(({ finished }) => finished),
  };
}
