import type { Item, TableDeps } from '../runtime/dynamodb.ts';
import type { SingleTextRef } from '../single-texts/single-text.ts';
import { singleTextRefOfKey } from '../single-texts/single-text-items.ts';
import { dueWork, waitingWork } from '../tables/outreach.ts';
import { FIRST_MOMENT, pageOfWork, type WorkPageRequest } from '../tables/work-page.ts';
import type { EnrollmentRef } from './enrollment.ts';
import { refOfKey } from './enrollment-items.ts';
import type { DueWork, WorkKind } from './work.ts';

/** An entry of the due index: what the gate is told, and when it became due. */
export interface DueEntry {
  readonly work: DueWork;
  readonly dueAt: string;
}

/** Who waits: a step of an enrollment, or a single text, and the number that it is for. */
export type WaitingEntry = { readonly number: string } & (
  | { readonly enrollment: EnrollmentRef }
  | { readonly singleText: SingleTextRef }
);

export interface Page<T> {
  readonly entries: readonly T[];
  /** Where the next page begins; undefined after the last. */
  readonly next: Item | undefined;
}

/** What is due and who waits. Eventually consistent: whoever acts on an entry reads the item itself. */
export type WorkIndex = ReturnType<typeof createWorkIndex>;

export function createWorkIndex(deps: TableDeps) {
  return {
    /** What of one shard became due in a span of time, in order. @param span both ends inclusive. */
    due: (kind: WorkKind, shard: number, span: { from: string; to: string; limit: number }, cursor?: Item) =>
      due(deps, kind, shard, span, cursor),
    /** Who of one shard waits. */
    waiting: (shard: number, limit: number, cursor?: Item) => waiting(deps, shard, { limit, cursor }),
    /** Who of one shard has waited until `now` or longer, the longest first. Reads nobody whose time has not come. */
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
  return { ...refOfKey(item), number: String(item['number']), step: Number(item['step']) };
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
    return { enrollment: refOfKey(item), number: String(item['number']) };
  });
  return { entries, next: page.next };
}
