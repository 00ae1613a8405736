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
  /** False when time ran short: the watermarks are where reading stopped, and the next cycle goes on from there. */
  readonly finished: boolean;
  /** For how long the oldest enqueued text had been due; 0 when none was. */
  readonly oldestDueSeconds: number;
}

/** A cycle reads this much before its watermark again: the due index may show an entry late, and clocks differ. */
const OVERLAP_MILLISECONDS = 30_000;
const PAGE = 500;
/** The first watermark of a new stack, before everything. */
const BEGINNING = '1970-01-01T00:00:00.000Z';

/**
 * Enqueues the texts of one kind of work that became due since the last cycle. Writes nothing per text, and reads no text that
 * waits for consent (X4). The overlap enqueues some texts twice; the gate's transaction lets one of them send (X5).
 *
 * @param hasTime is checked between pages.
 * @throws Error when the queue refused entries. The watermark stays, and the next cycle enqueues them again.
 */
export async function runCycle(
  deps: CycleDeps,
  kind: WorkKind,
  hasTime: () => boolean,
): Promise<CycleResult> {
  const watermarks = await deps.watermarks.read(kind);
  const to = deps.now().toISOString();
  const shards = await Promise.all(
    ALL_SHARDS.map(async (shard) => {
      // A watermark may be ahead of this clock, when a machine whose clock runs ahead wrote it.
      const [watermark = to] = [watermarks[shard] ?? BEGINNING, to].sort();
      const span = { from: withOverlap(watermark), to };
      return { shard, ...(await enqueueSpan(deps, kind, shard, span, hasTime)) };
    }),
  );
  const moved = Object.fromEntries(shards.map(({ shard, reached }) => [shard, reached]));
  await deps.watermarks.write(kind, { ...watermarks, ...moved });
  return summary(shards, to);
}

/**
 * Enqueues again each text that is due though its shard's watermark has passed it: its record became a dead letter. Nothing
 * needs the sweep to be prompt.
 *
 * @param hasTime is checked between pages.
 * @throws Error when the queue refused entries. The next sweep enqueues them again.
 */
export async function sweepDue(
  deps: CycleDeps,
  kind: WorkKind,
  hasTime: () => boolean,
): Promise<CycleResult> {
  const watermarks = await deps.watermarks.read(kind);
  const now = deps.now().toISOString();
  const shards = await Promise.all(
    ALL_SHARDS.map((shard) => {
      const span = { from: BEGINNING, to: withOverlap(watermarks[shard] ?? BEGINNING) };
      return enqueueSpan(deps, kind, shard, span, hasTime);
    }),
  );
  return summary(shards, now);
}

interface ShardResult extends Omit<CycleResult, 'oldestDueSeconds'> {
  /** When the first entry was due. The index is ordered by this time. */
  readonly oldestDueAt: string | undefined;
  /** Everything that was due up to this moment is enqueued. */
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

function withOverlap(watermark: string): string {
  return new Date(Math.max(0, Date.parse(watermark) - OVERLAP_MILLISECONDS)).toISOString();
}

function summary(shards: readonly ShardResult[], now: string): CycleResult {
  const [oldest = now] = shards.flatMap(({ oldestDueAt }) => oldestDueAt ?? []).sort();
  return {
    oldestDueSeconds: Math.max(0, Math.round((Date.parse(now) - Date.parse(oldest)) / 1000)),
    enqueued: shards.reduce((sum, { enqueued }) => sum + enqueued, 0),
    finished: shards.every(({ finished }) => finished),
  };
}
