import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import {
  type Export,
  exportOrderSchema,
  exportSchema,
  newExport,
  objectKeyOf,
} from '../../../lib/exports/export.ts';
import { notFound } from '../../../lib/http/route.ts';
import { type AdminDeps, route } from '../route.ts';

/** Lifetime of a link. Each GET makes a new one. */
const LINK_SECONDS = 300;

const shownSchema = exportSchema
  .omit({ uploadId: true, parts: true, position: true, actor: true })
  .extend({
    requestedBy: z.string(),
    /** A link that downloads the file, once the export is done. It works for five minutes and needs no token. */
    link: z.string().optional(),
    linkExpiresAt: z.string().optional(),
  })
  .meta({ id: 'Export', description: 'An export of the registry and its progress.' });
const example = {
  id: '4be0643f-1d98-4a3b-9e2a-3a5e6c7d8e9f',
  format: 'csv',
  state: 'running',
  requestedBy: 'pat',
  createdAt: '2026-11-20T15:04:06.000Z',
  updatedAt: '2026-11-20T15:04:31.000Z',
  numbers: 21_840,
  events: 30_112,
  bytes: 16_777_216,
  faults: 0,
};

async function shown(deps: AdminDeps, stored: Export): Promise<z.infer<typeof shownSchema>> {
  const { uploadId: _, parts: __, position: ___, actor, ...rest } = stored;
  if (stored.state !== 'done') return { ...rest, requestedBy: actor };
  const now = deps.now();
  const name = `consents-${stored.createdAt.slice(0, 10)}.${stored.format}`;
  const query = { 'response-content-disposition': `attachment; filename="${name}"` };
  const link = await deps.exports.link(objectKeyOf(stored), { seconds: LINK_SECONDS, now, query });
  const linkExpiresAt = new Date(now.getTime() + LINK_SECONDS * 1000).toISOString();
  return { ...rest, requestedBy: actor, link, linkExpiresAt };
}

/** Exports of the whole registry with its evidence (S7). */
export const exportRoutes = [
  route({
    method: 'POST',
    path: '/exports',
    operationId: 'startExport',
    tag: 'files',
    summary: 'Starts an export of the whole registry with its evidence, or of the numbers of one status',
    roles: ['admin'],
    body: exportOrderSchema,
    bodyExample: { format: 'csv', status: 'opted_out' },
    answers: { status: 202, schema: shownSchema, example: { ...example, state: 'queued', numbers: 0 } },
    handle: async (deps, { body, actor }) => {
      const ordered = newExport(randomUUID(), body, actor, deps.now());
      await deps.exports.store.add(ordered);
      await deps.exports.jobs.enqueue({ exportId: ordered.id });
      return { status: 202, body: await shown(deps, ordered) };
    },
  }),
  route({
    method: 'GET',
    path: '/exports/{id}',
    operationId: 'getExport',
    tag: 'files',
    summary:
      'Gives the progress of an export and, when it is done, a link that downloads it for five minutes',
    roles: ['admin'],
    answers: { status: 200, schema: shownSchema, example },
    handle: async (deps, { path }) => {
      const stored = await deps.exports.store.get(path['id'] ?? '');
      if (!stored) throw notFound('export');
      return { status: 200, body: await shown(deps, stored) };
    },
  }),
];
