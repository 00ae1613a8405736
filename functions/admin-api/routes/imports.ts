import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { IMPORT_TYPES } from '../../../lib/consent/import-format.ts';
import { importConsents, importOutcomes, rowResultSchema } from '../imports/import-consents.ts';
import { readRows } from '../imports/rows.ts';
import { route } from '../route.ts';

const count = z.int().nonnegative();
const importSchema = z
  .object({
    importId: z.string(),
    dryRun: z.boolean(),
    counts: z.object({ recorded: count, unchanged: count, late: count, invalid: count }),
    rows: z.array(rowResultSchema),
  })
  .meta({ id: 'ConsentImport' });

/** Imports of documented opt-ins (S6). */
export const importRoutes = [
  route({
    method: 'POST',
    path: '/imports',
    operationId: 'importConsents',
    tag: 'files',
    summary: 'Imports up to 1,000 documented opt-ins, or with dryRun tells what the import would do',
    roles: ['admin'],
    query: z.strictObject({
      dryRun: z.stringbool().default(false),
      /** One id for all requests of a file that is sent in parts. It becomes part of the evidence. */
      importId: z.uuid().optional(),
      /** The position of the body's first row in that file, from 1. */
      firstRow: z.coerce.number().int().min(1).max(1_000_000_000).default(1),
    }),
    body: z.string().meta({
      description:
        'Columns or fields: number, date, method, proof, wording. The first line of CSV names them.',
    }),
    bodyExample:
      'number,date,method,proof,wording\n' +
      '(303) 555-0142,2026-03-03,on paper,scan 7,I agree to get texts from Acme Windows.\n',
    bodyTypes: IMPORT_TYPES,
    answers: {
      status: 200,
      schema: importSchema,
      example: {
        importId: '7c1f5b1e-4f0f-4f6e-9d51-3f4c8a6e0b52',
        dryRun: false,
        counts: { recorded: 1, unchanged: 0, late: 1, invalid: 0 },
        rows: [
          { row: 1, number: '+13035550142', outcome: 'recorded' },
          {
            row: 2,
            number: '+13035550143',
            outcome: 'late',
            reason: 'The person opted out later, at 2026-11-20T15:04:06.000Z.',
          },
        ],
      },
    },
    handle: async (deps, { body, query, actor, contentType }) => {
      const { importId = randomUUID(), firstRow, dryRun } = query;
      const { reOptIn } = await deps.configuration.settings();
      const numbered = readRows(body, contentType ?? '').map((raw) => ({
        ...raw,
        row: raw.row + firstRow - 1,
      }));
      const rows = await importConsents(deps, numbered, { id: importId, actor, dryRun, reOptIn });
      const counts = Object.fromEntries(
        importOutcomes.map((outcome) => [outcome, rows.filter((row) => row.outcome === outcome).length]),
      );
      return { status: 200, body: { importId, dryRun, counts, rows } };
    },
  }),
];
