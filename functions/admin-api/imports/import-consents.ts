import * as z from 'zod';
import type { ConsentEvent, Effect, NewConsentEvent } from '../../../lib/consent/consent-event.ts';
import { documentationSchema, documentedOptIn, faultOfDate } from '../../../lib/consent/documented-opt-in.ts';
import { appendEvent } from '../../../lib/consent/ledger.ts';
import { SNAPSHOTS_PER_READ } from '../../../lib/consent/read-registry.ts';
import type { ConsentRegistry, RegistrySnapshot } from '../../../lib/consent/registry.ts';
import type { ConsentState } from '../../../lib/consent/state.ts';
import { parsePhone } from '../../../lib/phone/phone-number.ts';
import { inChunks } from '../../../lib/runtime/chunks.ts';
import { mapConcurrently } from '../../../lib/runtime/concurrency.ts';
import { zodErrors } from '../../../lib/runtime/problem.ts';
import type { RawRow } from './rows.ts';

export const importOutcomes = ['recorded', 'unchanged', 'late', 'invalid'] as const;

/** Schema of a row's result; in a dry run, of the result that it would have. */
export const rowResultSchema = z
  .object({
    row: z.int().positive(),
    number: z.string().optional(),
    outcome: z.enum(importOutcomes),
    /** Why the row changed nothing. */
    reason: z.string().optional(),
  })
  .meta({ id: 'ImportedRow' });
export type RowResult = z.infer<typeof rowResultSchema>;

export interface ImportDeps {
  readonly registry: Pick<ConsentRegistry, 'read' | 'loadSnapshots' | 'record'>;
  readonly now: () => Date;
}

export interface Import {
  readonly id: string;
  readonly actor: string;
  readonly reOptIn: 'handset' | 'web';
  readonly dryRun: boolean;
}

/** Numbers whose events are recorded in parallel. */
const NUMBERS_AT_ONCE = 16;

type ReadRow = RowResult | { readonly row: number; readonly newEvent: NewConsentEvent };

/**
 * Imports documented opt-ins (S6, H11). A row that cannot be used does not stop the others, and no row lifts an opt-out that
 * is later than the row's date (X3).
 *
 * @returns a result per row, in the order of the rows.
 */
export async function importConsents(
  deps: ImportDeps,
  rows: readonly RawRow[],
  batch: Import,
): Promise<RowResult[]> {
  const read = rows.map((raw) => readRow(raw, batch, deps.now()));
  const results = new Map<number, RowResult>();
  const byNumber = new Map<string, { row: number; newEvent: NewConsentEvent }[]>();
  for (const result of read) {
    if ('outcome' in result) results.set(result.row, result);
    else {
      const { number } = result.newEvent;
      byNumber.set(number, [...(byNumber.get(number) ?? []), result]);
    }
  }
  const groups = [...byNumber.values()];
  const snapshotOf = batch.dryRun ? undefined : createSnapshotReader(deps, groups);
  await mapConcurrently(groups, NUMBERS_AT_ONCE, async (group, index) => {
    const outcome = snapshotOf ? recordGroup(deps, group, await snapshotOf(index)) : dryRunGroup(deps, group);
    for (const result of await outcome) results.set(result.row, result);
  });
  return rows.map(({ row }) => results.get(row) as RowResult);
}

/**
 * Creates a reader of the registry snapshots of the groups' numbers. It reads fifty at a time, and reads the next fifty while
 * one fifty is recorded. The registry notices a number that changed in between and reads it again.
 */
function createSnapshotReader(
  { registry }: ImportDeps,
  groups: readonly Group[],
): (index: number) => Promise<RegistrySnapshot> {
  const reads: Promise<RegistrySnapshot[]>[] = [];
  const chunks = inChunks(groups, SNAPSHOTS_PER_READ);
  const begin = (chunk: readonly Group[]) => {
    const begun = registry.loadSnapshots(chunk.flatMap(([first]) => first?.newEvent ?? []));
    // The caller that awaits the read gets its error; this handler only prevents an unhandled rejection.
    begun.catch(() => {});
    return begun;
  };
  return async (index) => {
    const current = Math.floor(index / SNAPSHOTS_PER_READ);
    for (const position of [current, current + 1]) {
      const chunk = chunks[position];
      if (chunk) reads[position] ??= begin(chunk);
    }
    return (await reads[current])?.[index % SNAPSHOTS_PER_READ] as RegistrySnapshot;
  };
}

const rowSchema = z.object({
  number: z.union([z.string(), z.number()], { error: 'Give the phone number.' }),
  ...documentationSchema.shape,
});

function readRow({ row, fields, fault }: RawRow, { id, actor, reOptIn }: Import, now: Date): ReadRow {
  const refused = (reason: string): RowResult => ({ row, outcome: 'invalid', reason });
  if (fault !== undefined) return refused(fault);
  const parsed = rowSchema.safeParse(fields);
  if (!parsed.success) {
    return refused(
      zodErrors(parsed.error)
        .map(({ field, message }) => `${field}: ${message}`)
        .join(' '),
    );
  }
  const { number, ...documentation } = parsed.data;
  const phone = parsePhone(number);
  if (phone.kind === 'invalid') return refused(`number: ${phone.reason}`);
  const future = faultOfDate(documentation, now);
  if (future !== undefined) return refused(`date: ${future}`);
  const by = { actor, reOptIn, line: { importId: id, row } };
  return { row, newEvent: documentedOptIn(phone.e164, documentation, by) };
}

type Group = readonly { readonly row: number; readonly newEvent: NewConsentEvent }[];

/** Records the rows of one number, in their order. @param before the number's snapshot before its first row. */
async function recordGroup(
  { registry }: ImportDeps,
  group: Group,
  before: RegistrySnapshot,
): Promise<RowResult[]> {
  const results: RowResult[] = [];
  for (const [index, { row, newEvent }] of group.entries()) {
    const snapshot = index === 0 ? before : undefined;
    const { event, state, outcome } = await registry.record(newEvent, snapshot);
    const effect = outcome === 'recorded' ? event.effect : 'unchanged';
    results.push(resultOf(row, event, effect, state));
  }
  return results;
}

/** Applies the rows of one number by the registry's rules, and writes nothing. */
async function dryRunGroup({ registry, now }: ImportDeps, group: Group): Promise<RowResult[]> {
  const number = group[0]?.newEvent.number ?? '';
  let state = await registry.read(number);
  return group.map(({ row, newEvent }) => {
    const next = appendEvent(state, newEvent, now().toISOString());
    state = next.state;
    return resultOf(row, next.event, next.event.effect, state);
  });
}

function resultOf(row: number, event: ConsentEvent, effect: Effect, state: ConsentState): RowResult {
  const { number } = state;
  if (state.status === 'opted_out') {
    const isKept = event.effect !== 'late' && event.after === 'opted_out';
    if (!isKept) {
      return {
        row,
        number,
        outcome: 'late',
        reason: `The person opted out later, at ${state.lastOptOutAt}.`,
      };
    }
    const reason = `The person opted out by text, at ${state.lastOptOutAt}: only START from their phone lifts that.`;
    return { row, number, outcome: 'unchanged', reason };
  }
  if (state.status === 'none') {
    const reason = `The number has changed hands since, at ${state.lastReleaseAt}.`;
    return { row, number, outcome: 'late', reason };
  }
  if (effect === 'changed') return { row, number, outcome: 'recorded' };
  return { row, number, outcome: 'unchanged', reason: 'The number was opted in already.' };
}
