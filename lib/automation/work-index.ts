import type { Item, TableDeps } from '../runtime/dynamodb.ts';
import type { SingleTextRef } from '../single-texts/single-text.ts';
import { singleTextRefOfKey } from '../single-texts/single-text-items.ts';
import { dueWork, waitingWork } from '../tables/outreach.ts';
import { FIRST_MOMENT, pageOfWork, type WorkPageRequest } from '../tables/work-page.ts';
import type { EnrollmentRef } from './enrollment.ts';
import { enrollmentRefOfKey } from './enrollment-items.ts';
import type { DueWork, WorkKind } from './work.ts';

/** An entry of the due index: the record for the gate, and when the text became due. */
export interface DueEntry {
  readonly work: DueWork;
  readonly dueAt: string;
}

/** An entry of the waiting index: a step of an enrollment or a single text, with its number. */
export type WaitingEntry = { readonly number: string } & (
  | { readonly enrollment: EnrollmentRef }
  | { readonly singleText: SingleTextRef }
);

/** One page of an index. */
export interface Page<T> {
  readonly entries: readonly T[];
  /** Place of the next page; undefined after the last. */
  readonly next: Item | undefined;
}

/** Reads due and held texts, eventually consistent. A caller that acts on an entry must read the item itself. */
export type WorkIndex = ReturnType<typeof createWorkIndex>;

/** @param deps.table the outreach table. */
export function createWorkIndex(deps: TableDeps) {
  return {
    /** Reads the texts of one shard that became due in a span of time, in order. @param span both ends inclusive. */
    due: (kind: WorkKind, shard: number, span: { from: string; to: string; limit: number }, cursor?: Item) =>
      due(deps, kind, shard, span, cursor),
    /** Reads the held texts of one shard. */
    waiting: (shard: number, limit: number, cursor?: Item) => waiting(deps, shard, { limit, cursor }),
    /** Reads the held texts of one shard whose wait has ended by `now`, the earliest first. It reads no others. */
    overdue: (shard: number, now: string, limit: number, cursor?: Item) =>
      waiting(deps, shard, { span: { from: FIRST_MOMENT, to: now }, limit, cursor }),
  };
}

async function due(
  deps: TableDeps,
  kind: WorkKind,
  shard: number,
  { from, to, limit }: { from: string; to: string; limit: number },
  cursor?: Item,
): Promise<Page<DueEntry>> {
  const page = await pageOfWork(deps, dueWork(kind, shard), { span: { from, to }, limit, cursor });
  const entries = page.items.map((item) => ({ work: workOf(item), dueAt: String(item['workOrder']) }));
  return { entries, next: page.next };
}

function workOf(item: Item): DueWork {
  const singleText = singleTextRefOfKey(item);
  if (singleText) return { singleTextId: singleText.id, number: singleText.number };
  return { ...enrollmentRefOfKey(item), number: String(item['number']), step: Number(item['step']) };
}

async function waiting(
  deps: TableDeps,
  shard: number,
  request: WorkPageRequest,
): Promise<Page<WaitingEntry>> {
  const page = await pageOfWork(deps, waitingWork(shard), request);
  const entries = page.items.map((item): WaitingEntry => {
    const singleText = singleTextRefOfKey(item);
    if (singleText) return { singleText, number: singleText.number };
    return { enrollment: enrollmentRefOfKey(item), number: String(item['number']) };
  });
  return { entries, next: page.next };
}
