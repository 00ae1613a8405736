import * as z from 'zod';
import { consentStatusSchema, evidenceSourceSchema } from '../../../lib/consent/consent-event.ts';
import { type ListFilter, sortOf } from '../../../lib/consent/list-filter.ts';
import { type ListRow, listRowSchema } from '../../../lib/consent/lists.ts';
import { optInRequestStatusSchema } from '../../../lib/consent/state.ts';
import {
  optInRequestStatusFor,
  TEMPLATE_STATUS,
  templateStatusSchema,
} from '../../../lib/consent/template-status.ts';
import { decodeFilterCursor, encodeFilterCursor } from '../../../lib/http/cursor.ts';
import { invalidField, pageQuery } from '../../../lib/http/route.ts';
import { keywordIn } from '../../../lib/messaging/opt-in-keyword.ts';
import { e164Schema } from '../../../lib/phone/e164.ts';
import { type AdminDeps, route } from '../route.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'Give a date (2026-03-03) or a date and time with its offset (2026-03-03T14:05:00Z).',
});
/** Reads the first digits of a number as people write them: `+1303`, `(303) 555`, `303555`. Without `+` they are North American. */
const prefix = z
  .string()
  .regex(/^\+?[\d\s().-]{1,20}$/, 'Give the first digits of a number, such as +1303 or 303-555.')
  .transform((written) => {
    const digits = written.replace(/\D/g, '');
    return written.startsWith('+') || digits.startsWith('1') ? `+${digits}` : `+1${digits}`;
  });

const listQuery = z.strictObject({
  ...pageQuery.shape,
  status: consentStatusSchema.optional(),
  optInRequest: optInRequestStatusSchema.optional(),
  prefix: prefix.optional(),
  source: evidenceSourceSchema.optional(),
  /** Upper or lower case, with any spaces, as in `PUT /keywords/{word}`. */
  keyword: z.string().max(50).overwrite(keywordIn).min(1).optional(),
  /** The last change is at or after this time; a date means its beginning, in UTC. */
  from: moment.optional(),
  /** The last change is before this time; a date means its end, in UTC. */
  to: moment.optional(),
  sort: z.enum(['number', 'change']).optional(),
  order: z.enum(['asc', 'desc']).optional(),
});

const rowSchema = z
  .object({
    ...listRowSchema.shape,
    smsOptedIn: z.boolean(),
    leads: z.array(z.string()),
  })
  .meta({ id: 'NumberInList', description: 'A number with its consent in a list.' });
const numberNotToContactSchema = z
  .object({ ...rowSchema.shape, templateStatus: templateStatusSchema })
  .meta({ id: 'NumberNotToContact' });
const example = {
  number: '+13035550142',
  status: 'opted_out',
  statusBy: { sequence: 2, kind: 'optOut', source: 'handset' },
  optInRequest: 'rejected',
  carrierBlocked: true,
  changedAt: '2026-11-20T15:04:06.000Z',
  changedBy: { sequence: 2, kind: 'optOut', source: 'handset', occurredAt: '2026-11-20T15:04:05.000Z' },
  smsOptedIn: false,
  leads: ['0b8f0c8e-3f5b-4c53-9a53-7d5f3f6f0a11'],
};

function startOf(dateOrTime: string | undefined): string | undefined {
  return dateOrTime && new Date(dateOrTime).toISOString();
}

function endOf(dateOrTime: string | undefined): string | undefined {
  if (dateOrTime === undefined || !DAY.test(dateOrTime)) return startOf(dateOrTime);
  const next = new Date(dateOrTime);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString();
}

async function withLeads({ leads }: AdminDeps, rows: readonly ListRow[]) {
  const leadsWithNumber = await leads.leadsWithNumbers(rows.map(({ number }) => number));
  return rows.map((row) => ({
    ...row,
    smsOptedIn: row.status === 'opted_in',
    leads: [...(leadsWithNumber.get(row.number) ?? [])],
  }));
}

async function pageOf(
  deps: AdminDeps,
  list: string,
  filter: ListFilter,
  { limit, cursor }: z.infer<typeof pageQuery>,
) {
  const after = decodeFilterCursor(cursor, list, filter);
  const page = await deps.lists.page(filter, { limit, after });
  const rows = await withLeads(deps, page.rows);
  return { rows, next: encodeFilterCursor(list, filter, page.next) };
}

const doNotContactQuery = z.strictObject({
  ...pageQuery.shape,
  number: e164Schema.optional(),
  prefix: prefix.optional(),
  templateStatus: templateStatusSchema.optional(),
  sort: z.enum(['number', 'change']).optional(),
  order: z.enum(['asc', 'desc']).optional(),
});

/** The subscription status list (B4, S7) and the do-not-contact list (C7). */
export const consentListRoutes = [
  route({
    method: 'GET',
    path: '/consents',
    operationId: 'listConsents',
    tag: 'numbers',
    summary: 'Lists every number that has ever had a consent event, with its consent, filtered and sorted',
    roles: ['admin', 'agent'],
    query: listQuery,
    answers: {
      status: 200,
      schema: z.object({ consents: z.array(rowSchema), next: z.string().nullable() }),
      example: { consents: [example], next: null },
    },
    handle: async (deps, { query }) => {
      const { status, optInRequest, keyword, source, sort, order } = query;
      if (keyword !== undefined && sort === 'number') {
        throw invalidField(
          'sort',
          'The list of a keyword is sorted by change. Leave sort out, or the keyword.',
        );
      }
      const filter: ListFilter = {
        status,
        optInRequest,
        prefix: query.prefix,
        source,
        keyword,
        from: startOf(query.from),
        to: endOf(query.to),
        sort,
      };
      const descending = order === undefined ? sortOf(filter) === 'change' : order === 'desc';
      const { rows, next } = await pageOf(deps, 'consents', { ...filter, descending }, query);
      return { status: 200, body: { consents: rows, next } };
    },
  }),
  route({
    method: 'GET',
    path: '/do-not-contact',
    operationId: 'listDoNotContact',
    tag: 'numbers',
    summary:
      'Lists numbers that have opted out, by number, by first digits or by the status of their opt-in request',
    roles: ['admin', 'agent'],
    query: doNotContactQuery,
    answers: {
      status: 200,
      schema: z.object({
        numbers: z.array(numberNotToContactSchema),
        next: z.string().nullable(),
      }),
      example: { numbers: [{ ...example, templateStatus: 'Rejected' }], next: null },
    },
    handle: async (deps, { query }) => {
      const withTemplateStatus = <R extends ListRow>(row: R) => ({
        ...row,
        templateStatus: TEMPLATE_STATUS[row.optInRequest],
      });
      const optInRequest = query.templateStatus && optInRequestStatusFor(query.templateStatus);
      if (query.number !== undefined) {
        // One number is read from the registry itself, since the list's index may be a moment behind.
        const row = await deps.lists.get(query.number);
        const listed =
          row?.status === 'opted_out' && (optInRequest === undefined || row.optInRequest === optInRequest);
        const numbers = (await withLeads(deps, listed ? [row] : [])).map(withTemplateStatus);
        return { status: 200, body: { numbers, next: null } };
      }
      const { sort = 'number', order = sort === 'number' ? 'asc' : 'desc' } = query;
      const filter = { status: 'opted_out', optInRequest, prefix: query.prefix, sort } as const;
      const descending = order === 'desc';
      const { rows, next } = await pageOf(deps, 'do-not-contact', { ...filter, descending }, query);
      return { status: 200, body: { numbers: rows.map(withTemplateStatus), next } };
    },
  }),
];
