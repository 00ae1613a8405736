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

/** What became of a row, or on a dry run, what would. */
export const rowResultSchema = z
  .object({
    row: z.int().positive(),
    number: z.string().optional(),
    outcome: z.enum(importOutcomes),
    /** Why it changed nothing. */
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

/** Numbers that are written to at the same time. */
const NUMBERS_AT_ONCE = 16;

type ReadRow = RowResult | { readonly row: number; readonly newEvent: NewConsentEvent };

/**
 * Imports documented opt-ins (S6, H11). Each stands for itself: one that cannot be used keeps no other from being recorded,
 * and none lifts an opt-out that is later than its date.
 *
 * @returns a result per row, in their order.
 */
export async function importConsents(
  deps: ImportDeps,
  rows: readonly RawRow[],
  given: Import,
): Promise<RowResult[]> {
  const read = rows.map((raw) => readRow(raw, given, deps.now()));
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
  const status = given.dryRun ? undefined : reading(deps, groups);
  await mapConcurrently(groups, NUMBERS_AT_ONCE, async (group, index) => {
    const answers = status ? record(deps, group, await status(index)) : dryRun(deps, group);
    for (const result of await answers) results.set(result.row, result);
  });
  return rows.map(({ row }) => results.get(row) as RowResult);
}

/**
 * What stands of each group's number before its first row is recorded, read by fifties, the next fifty while one is written.
 * A number that changes meanwhile is read again by the registry.
 */
function reading(
  { registry }: ImportDeps,
  groups: readonly Group[],
): (index: number) => Promise<RegistrySnapshot> {
  const reads: Promise<RegistrySnapshot[]>[] = [];
  const chunks = inChunks(groups, SNAPSHOTS_PER_READ);
  const begin = (some: readonly Group[]) => {
    const begun = registry.loadSnapshots(some.flatMap(([first]) => first?.newEvent ?? []));
    // Whoever waits for it meets its error.
    begun.catch(() => {});
    return begun;
  };
  return async (index) => {
    const read = Math.floor(index / SNAPSHOTS_PER_READ);
    for (const wanted of [read, read + 1]) {
      const chunk = chunks[wanted];
      if (chunk) reads[wanted] ??= begin(chunk);
    }
    return (await reads[read])?.[index % SNAPSHOTS_PER_READ] as RegistrySnapshot;
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

/** @param before what stands of the number before the first of its rows. */
async function record(
  { registry }: ImportDeps,
  group: Group,
  before: RegistrySnapshot,
): Promise<RowResult[]> {
  const results: RowResult[] = [];
  for (const [index, { row, newEvent }] of group.entries()) {
    const known = index === 0 ? before : undefined;
    const { event, state, outcome } = await registry.record(newEvent, known);
    const effect = outcome === 'recorded' ? event.effect : 'unchanged';
    results.push(resultOf(row, event, effect, state));
  }
  return results;
}

/** What recording would do, by the same rules, with nothing written. */
async function dryRun({ registry, now }: ImportDeps, group: Group): Promise<RowResult[]> {
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
