import * as z from 'zod';
import { driftFindingSchema, reportSchema } from '../../../lib/drift/drift.ts';
import { DRIFT_REPORTS, driftFindingsOf } from '../../../lib/drift/drift-items.ts';
import { decodeCursor, encodeCursor } from '../../../lib/http/cursor.ts';
import { pageQuery } from '../../../lib/http/route.ts';
import { route } from '../route.ts';

const report: z.infer<typeof reportSchema> = {
  id: '2026-11-20T15:00:00.000Z',
  from: '2026-11-20T13:45:00.000Z',
  to: '2026-11-20T15:00:00.000Z',
  endedAt: '2026-11-20T15:00:09.000Z',
  compared: 212,
  found: 1,
  settled: 1,
  byDifference: { stopMissed: 1 },
};
const finding: z.infer<typeof driftFindingSchema> = {
  reportId: report.id,
  difference: 'stopMissed',
  messageSid: 'SM5f70bf18a08660e3a3bf4f1b2b0b822c',
  number: '+13035550142',
  occurredAt: '2026-11-20T14:12:03.000Z',
  foundAt: '2026-11-20T15:00:04.000Z',
  settled: true,
  sentence: 'A STOP from +13035550142 never reached us. They are opted out now.',
};

/** Differences between the registry and Twilio (X11). */
export const driftRoutes = [
  route({
    method: 'GET',
    path: '/drift',
    operationId: 'listDriftReports',
    tag: 'drift',
    summary: 'Lists the comparisons of the registry with Twilio and how they differed, newest first',
    roles: ['admin'],
    query: pageQuery,
    answers: {
      status: 200,
      schema: z.object({ reports: z.array(reportSchema), next: z.string().nullable() }),
      example: { reports: [report], next: null },
    },
    handle: async ({ drift }, { query }) => {
      const cursor = decodeCursor(query.cursor, DRIFT_REPORTS);
      const page = await drift.reports(query.limit, cursor);
      return { status: 200, body: { reports: page.reports, next: encodeCursor(page.next) } };
    },
  }),
  route({
    method: 'GET',
    path: '/drift/{report}/findings',
    operationId: 'listDriftFindings',
    tag: 'drift',
    summary: 'Lists the differences that one comparison was the first to find, and how they were settled',
    roles: ['admin'],
    query: pageQuery,
    answers: {
      status: 200,
      schema: z.object({ findings: z.array(driftFindingSchema), next: z.string().nullable() }),
      example: { findings: [finding], next: null },
    },
    handle: async ({ drift }, { path, query }) => {
      const reportId = path['report'] ?? '';
      const cursor = decodeCursor(query.cursor, driftFindingsOf(reportId));
      const page = await drift.findings(reportId, query.limit, cursor);
      return { status: 200, body: { findings: page.findings, next: encodeCursor(page.next) } };
    },
  }),
];
