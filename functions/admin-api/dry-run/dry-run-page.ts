import * as z from 'zod';
import { type WorkKind, workKinds } from '../../../lib/automation/work.ts';
import type { WorkIndex } from '../../../lib/automation/work-index.ts';
import { createDryRun, type LoadedText } from '../../../lib/gate/dry-run.ts';
import type { ComparedText } from '../../../lib/gate/dry-run-summary.ts';
import {
  type LoadDeps,
  type LoadRequest,
  loadEach,
  TEXTS_PER_LOAD,
} from '../../../lib/gate/load-decision-input.ts';
import type { Settings } from '../../../lib/organization/settings.ts';
import { inChunks } from '../../../lib/runtime/chunks.ts';
import { ALL_SHARDS } from '../../../lib/tables/outreach.ts';

export interface DryRunDeps extends LoadDeps {
  readonly index: Pick<WorkIndex, 'due' | 'waiting'>;
}

/** Schema of a dry run's position: the part of the index that it reads, the key after which to continue, and its times. */
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
  /** Count of texts that moved on during the dry run, or are about to; a cycle decides them again. */
  readonly moved: number;
  /** Count of texts whose items cannot be read; the gate would not send them either. */
  readonly unreadable: number;
  /** The position of the next page; undefined when everything was read. */
  readonly next: DryRunPosition | undefined;
}

type Part = { readonly shard: number } & ({ readonly kind: WorkKind } | { readonly kind: 'waiting' });
interface Entry {
  readonly request: LoadRequest;
  /** The time at which the gate would decide the text. */
  readonly at: Date;
}

const PAGE = 300;
/** Due texts are read from the first moment on: the sweep enqueues those that the cycles' watermarks have passed. */
const BEGINNING = '1970-01-01T00:00:00.000Z';

/** Lists the parts of the work index to read: all shards of due work, and then, on request, of waiting work. */
function partsOf(withWaiting: boolean): Part[] {
  const kinds = withWaiting ? [...workKinds, 'waiting' as const] : workKinds;
  return kinds.flatMap((kind) => ALL_SHARDS.map((shard) => ({ kind, shard })));
}

/**
 * Decides one page of the texts that are due up to a time, and writes nothing (X12).
 *
 * @param options.change settings to try, which are not saved; with them, waiting texts are decided too.
 * @param options.limit maximum number of texts.
 * @param options.hasTime ends the page early when it returns false.
 */
export async function dryRunPage(
  deps: DryRunDeps,
  position: DryRunPosition,
  options: {
    readonly change: Partial<Settings> | undefined;
    readonly limit: number;
    readonly hasTime: () => boolean;
  },
): Promise<DryRunPage> {
  const compare = createComparer(options.change);
  const parts = partsOf(options.change !== undefined);
  const results = { due: [] as ComparedText[], waiting: [] as ComparedText[], moved: 0, unreadable: 0 };
  let { part: index, after } = position;
  for (let left = options.limit; left > 0 && options.hasTime(); ) {
    const part = parts[index];
    if (!part) return { ...results, next: undefined };
    const { entries, next } = await readEntries(deps, part, position, Math.min(PAGE, left), after);
    for (const [entry, loaded] of await loadEntries(deps, entries)) {
      const compared = loaded === 'unreadable' ? loaded : tryCompare(compare, loaded, entry.at);
      if (compared === 'unreadable') results.unreadable++;
      else if (!compared) results.moved++;
      else results[part.kind === 'waiting' ? 'waiting' : 'due'].push(compared);
    }
    left -= entries.length;
    after = next;
    if (!next) index++;
  }
  return { ...results, next: parts[index] && { ...position, part: index, after } };
}

async function readEntries(
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
      const request =
        'singleText' in entry
          ? { singleTextId: entry.singleText.id, number }
          : { ...entry.enrollment, number };
      return { request, at: new Date(now) };
    });
    return { entries, next: page.next as DryRunPosition['after'] };
  }
  const page = await index.due(part.kind, part.shard, { from: BEGINNING, to: until, limit }, after);
  const entries = page.entries.map(({ work, dueAt }) => ({
    request: work,
    at: new Date(dueAt > now ? dueAt : now),
  }));
  return { entries, next: page.next as DryRunPosition['after'] };
}

/** Loads what the gate needs to decide each text, in parallel batches. */
async function loadEntries(
  deps: DryRunDeps,
  entries: readonly Entry[],
): Promise<(readonly [Entry, LoadedText | 'unreadable'])[]> {
  const batches = inChunks(entries, TEXTS_PER_LOAD);
  const read = await Promise.all(
    batches.map(async (batch) => {
      const results = await loadEach(
        deps,
        batch.map(({ request }) => request),
      );
      return batch.map((entry, index) => {
        const loaded = results[index];
        return [entry, !loaded || 'unreadable' in loaded ? 'unreadable' : loaded] as const;
      });
    }),
  );
  return read.flat();
}

type Compare = (loaded: LoadedText, at: Date) => ComparedText | undefined;

function createComparer(change: Partial<Settings> | undefined): Compare {
  const decideAsIs = createDryRun();
  const decideThen = change && createDryRun(change);
  return (loaded, at) => {
    const asIs = decideAsIs(loaded, at);
    const then = decideThen ? decideThen(loaded, at) : asIs;
    return asIs && then && { asIs, then };
  };
}

/** Compares a text's decisions. A text that cannot be decided counts as unreadable, since the gate does not send it either. */
function tryCompare(compare: Compare, loaded: LoadedText, at: Date): ComparedText | 'unreadable' | undefined {
  try {
    return compare(loaded, at);
  } catch {
    return 'unreadable';
  }
}
