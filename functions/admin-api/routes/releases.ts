import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { NewConsentEvent } from '../../../lib/consent/consent-event.ts';
import { faultOfDate } from '../../../lib/consent/documented-opt-in.ts';
import { IMPORT_TYPES } from '../../../lib/consent/import-format.ts';
import type { Recorded } from '../../../lib/consent/registry.ts';
import { releasedNumber, releaseSchema } from '../../../lib/consent/released-number.ts';
import { invalidField } from '../../../lib/http/route.ts';
import { parsePhone } from '../../../lib/phone/phone-number.ts';
import { mapConcurrently } from '../../../lib/runtime/concurrency.ts';
import { zodErrors } from '../../../lib/runtime/problem.ts';
import { importOutcomes, type RowResult, rowResultSchema } from '../imports/import-consents.ts';
import { type RawRow, readRows } from '../imports/rows.ts';
import { type AdminDeps, route } from '../route.ts';
import { numberIn } from './numbers.ts';

const COLUMNS = ['number', 'date', 'source'] as const;
const MAXIMUM_CONCURRENT = 16;

const count = z.int().nonnegative();
const releasesSchema = z
  .object({
    importId: z.string(),
    counts: z.object({ recorded: count, unchanged: count, late: count, invalid: count }),
    rows: z.array(rowResultSchema),
  })
  .meta({ id: 'ReleaseImport' });
const releasedSchema = z
  .object({
    /** `unchanged`: there was no consent to end. `late`: the number opted in after the date. */
    outcome: z.enum(['changed', 'unchanged', 'late']),
    sentence: z.string(),
  })
  .meta({ id: 'NumberRelease' });

const rowSchema = z.object({
  number: z.union([z.string(), z.number()], { error: 'Give the phone number.' }),
  ...releaseSchema.shape,
});

export const releaseRoutes = [
  route({
    method: 'POST',
    path: '/numbers/{number}/release',
    operationId: 'releaseNumber',
    tag: 'numbers',
    summary:
      'Records that a number was disconnected or given to somebody else: the consent of who had it ends',
    roles: ['admin'],
    body: releaseSchema,
    bodyExample: { source: 'Reassigned Numbers Database', date: '2026-11-20' },
    answers: {
      status: 200,
      schema: releasedSchema,
      example: { outcome: 'changed', sentence: 'The consent of who had the number has ended.' },
    },
    handle: async ({ registry, now }, { path, body, actor }) => {
      const fault = faultOfDate(body, now());
      if (fault) throw invalidField('date', fault);
      const recorded = await registry.record(releasedNumber(numberIn(path), body, { actor }));
      return { status: 200, body: { outcome: recorded.event.effect, sentence: sentenceOf(recorded) } };
    },
  }),
  route({
    method: 'POST',
    path: '/releases',
    operationId: 'importReleases',
    tag: 'files',
    summary: 'Imports up to 1,000 numbers that were disconnected or given to somebody else',
    roles: ['admin'],
    body: z.string().meta({ description: 'Columns or fields: number, date, source.' }),
    bodyExample: 'number,date,source\n(303) 555-0142,2026-03-03,Reassigned Numbers Database\n',
    bodyTypes: IMPORT_TYPES,
    answers: {
      status: 200,
      schema: releasesSchema,
      example: {
        importId: '7c1f5b1e-4f0f-4f6e-9d51-3f4c8a6e0b52',
        counts: { recorded: 1, unchanged: 0, late: 0, invalid: 0 },
        rows: [{ row: 1, number: '+13035550142', outcome: 'recorded' }],
      },
    },
    handle: async (deps, { body, actor, contentType }) => {
      const importId = randomUUID();
      const raw = readRows(body, contentType ?? '', COLUMNS);
      const rows = await mapConcurrently(raw, MAXIMUM_CONCURRENT, (row) =>
        recordRow(deps, row, actor, importId),
      );
      const counts = Object.fromEntries(
        importOutcomes.map((outcome) => [outcome, rows.filter((row) => row.outcome === outcome).length]),
      );
      return { status: 200, body: { importId, counts, rows } };
    },
  }),
];

async function recordRow(deps: AdminDeps, raw: RawRow, actor: string, importId: string): Promise<RowResult> {
  const { row } = raw;
  const read = readRow(raw, actor, importId, deps.now());
  if ('reason' in read) return { row, outcome: 'invalid', reason: read.reason };
  const recorded = await deps.registry.record(read);
  const { number } = read;
  const effect = recorded.outcome === 'duplicate' ? 'unchanged' : recorded.event.effect;
  if (effect === 'changed') return { row, number, outcome: 'recorded' };
  return { row, number, outcome: effect, reason: sentenceOf(recorded) };
}

function readRow(
  { row, fields, fault }: RawRow,
  actor: string,
  importId: string,
  now: Date,
): NewConsentEvent | { readonly reason: string } {
  if (fault !== undefined) return { reason: fault };
  const parsed = rowSchema.safeParse(fields);
  if (!parsed.success) {
    const reasons = zodErrors(parsed.error).map(({ field, message }) => `${field}: ${message}`);
    return { reason: reasons.join(' ') };
  }
  const { number, ...release } = parsed.data;
  const phone = parsePhone(number);
  if (phone.kind === 'invalid') return { reason: `number: ${phone.reason}` };
  const future = faultOfDate(release, now);
  if (future !== undefined) return { reason: `date: ${future}` };
  return releasedNumber(phone.e164, release, { actor, line: `import ${importId}, row ${row}` });
}

function sentenceOf({ event, state }: Recorded): string {
  if (event.effect === 'late')
    return `It changes nothing: the number opted in later, at ${state.lastOptInAt}.`;
  if (event.effect === 'unchanged') return 'It is recorded. There was no consent to end.';
  return 'The consent of who had the number has ended. Whoever has it now must opt in.';
}
