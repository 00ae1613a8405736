import * as z from 'zod';
import { type WorkKind, workKinds } from '../../../lib/automation/work.ts';
import type { WorkIndex } from '../../../lib/automation/work-index.ts';
import { createDryRun, type LoadedText } from '../../../lib/gate/dry-run.ts';
import type { ComparedText } from '../../../lib/gate/dry-run-summary.ts';
import { type LoadDeps, type LoadRequest, loadEach } from '../../../lib/gate/load-decision-input.ts';
import type { Settings } from '../../../lib/organization/settings.ts';
import { SHARDS } from '../../../lib/tables/outreach.ts';

export interface DryRunDeps extends LoadDeps {
  readonly index: Pick<WorkIndex, 'due' | 'waiting'>;
}

/** How far a dry run is: the part of the index that it reads, where it goes on, and the moments it is about. */
export const dryRunPositionSchema = z.strictObject({
  now: z.iso.datetime(),
  until: z.iso.datetime(),
  part: z.int().nonnegative(),
  after: z
    .strictObject({ pk: z.string(), sk: z.string(), work: z.string(), workOrder: z.string() })
    .optional(),
});
export type DryRunPosition = z.infer<typeof dryRunPositionSchema>;

export interface DryRunPage {
  readonly due: readonly ComparedText[];
  readonly waiting: readonly ComparedText[];
  /** Moved on while they were looked at, or are about to: a cycle decides them anew. */
  readonly moved: number;
  /** Stored in a way that nobody can read: the gate would not send them either. */
  readonly unreadable: number;
  /** Where to go on; undefined when the whole was looked at. */
  readonly next: DryRunPosition | undefined;
}

type Part = { readonly shard: number } & ({ readonly kind: WorkKind } | { readonly kind: 'waiting' });
interface Entry {
  readonly wanted: LoadRequest;
  /** When the gate would decide it. */
  readonly at: Date;
}

const PAGE = 300;
/** As many as `loadFacts` takes. */
const FACTS_PER_REQUEST = 15;
/** Before everything: what no cycle reads any more, the sweep enqueues. */
const BEGINNING = '1970-01-01T00:00:00.000Z';

/** Everything that is due, part by part, and last, where it is asked for, those who wait. */
function partsOf(withWaiting: boolean): Part[] {
  const kinds = withWaiting ? [...workKinds, 'waiting' as const] : workKinds;
  return kinds.flatMap((kind) => Array.from({ length: SHARDS }, (_, shard) => ({ kind, shard })));
}

/**
 * Looks at what is due up to a moment and says what would become of it. Reads only (X12).
 *
 * @param asked.change settings that are not saved; with it, those who wait are looked at too.
 * @param asked.limit most texts; a little fewer are looked at when `hasTime` says that time runs short.
 */
export async function dryRunPage(
  deps: DryRunDeps,
  place: DryRunPosition,
  asked: {
    readonly change: Partial<Settings> | undefined;
    readonly limit: number;
    readonly hasTime: () => boolean;
  },
): Promise<DryRunPage> {
  const compare = createComparer(asked.change);
  const parts = partsOf(asked.change !== undefined);
  const found = { due: [] as ComparedText[], waiting: [] as ComparedText[], moved: 0, unreadable: 0 };
  let { part: index, after } = place;
  for (let left = asked.limit; left > 0 && asked.hasTime(); ) {
    const part = parts[index];
    if (!part) return { ...found, next: undefined };
    const { entries, next } = await read(deps, part, place, Math.min(PAGE, left), after);
    for (const [entry, loaded] of await withFacts(deps, entries)) {
      const compared = loaded === 'unreadable' ? loaded : tryCompare(compare, loaded, entry.at);
      if (compared === 'unreadable') found.unreadable++;
      else if (!compared) found.moved++;
      else found[part.kind === 'waiting' ? 'waiting' : 'due'].push(compared);
    }
    left -= entries.length;
    after = next;
    if (!next) index++;
  }
  return { ...found, next: parts[index] && { ...place, part: index, after } };
}

async function read(
  { index }: DryRunDeps,
  part: Part,
  { now, until }: DryRunPosition,
  limit: number,
  after: DryRunPosition['after'],
): Promise<{ readonly entries: readonly Entry[]; readonly next: DryRunPosition['after'] }> {
  if (part.kind === 'waiting') {
    const page = await index.waiting(part.shard, limit, after);
    const entries = page.entries.map((entry) => {
      const { number } = entry;
      const wanted =
        'singleText' in entry
          ? { singleTextId: entry.singleText.id, number }
          : { ...entry.enrollment, number };
      return { wanted, at: new Date(now) };
    });
    return { entries, next: page.next as DryRunPosition['after'] };
  }
  const page = await index.due(part.kind, part.shard, { from: BEGINNING, to: until, limit }, after);
  const entries = page.entries.map(({ work, dueAt }) => ({
    wanted: work,
    at: new Date(dueAt > now ? dueAt : now),
  }));
  return { entries, next: page.next as DryRunPosition['after'] };
}

/** The loaded of some texts, read in batches at once. */
async function withFacts(
  deps: DryRunDeps,
  entries: readonly Entry[],
): Promise<(readonly [Entry, LoadedText | 'unreadable'])[]> {
  const batches = Array.from({ length: Math.ceil(entries.length / FACTS_PER_REQUEST) }, (_, index) =>
    entries.slice(index * FACTS_PER_REQUEST, (index + 1) * FACTS_PER_REQUEST),
  );
  const read = await Promise.all(
    batches.map(async (batch) => {
      const found = await loadEach(
        deps,
        batch.map(({ wanted }) => wanted),
      );
      return batch.map((entry, index) => {
        const loaded = found[index];
        return [entry, !loaded || 'unreadable' in loaded ? 'unreadable' : loaded] as const;
      });
    }),
  );
  return read.flat();
}

type Compare = (loaded: LoadedText, at: Date) => ComparedText | undefined;

function createComparer(change: Partial<Settings> | undefined): Compare {
  const dryRunAsIs = createDryRun();
  const dryRunThen = change && createDryRun(change);
  return (loaded, at) => {
    const asIs = dryRunAsIs(loaded, at);
    const then = dryRunThen ? dryRunThen(loaded, at) : asIs;
    return asIs && then && { asIs, then };
  };
}

/** A text that cannot be decided is not sent by the gate either, and keeps nobody from looking at the others. */
function tryCompare(compare: Compare, loaded: LoadedText, at: Date): ComparedText | 'unreadable' | undefined {
  try {
    return compare(loaded, at);
  } catch {
    return 'unreadable';
  }
}
