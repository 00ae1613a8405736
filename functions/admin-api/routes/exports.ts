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

/** How long a link works. A new one is a GET away. */
const LINK_SECONDS = 300;

const shownSchema = exportSchema
  .omit({ uploadId: true, parts: true, position: true, actor: true })
  .extend({
    requestedBy: z.string(),
    /** Downloads the file, for five minutes, for whoever has it; only when the export is done. */
    link: z.string().optional(),
    linkExpiresAt: z.string().optional(),
  })
  .meta({ id: 'Export', description: 'How far an export of the registry is.' });
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

async function shown(deps: AdminDeps, given: Export): Promise<z.infer<typeof shownSchema>> {
  const { uploadId: _, parts: __, position: ___, actor, ...rest } = given;
  if (given.state !== 'done') return { ...rest, requestedBy: actor };
  const now = deps.now();
  const name = `consents-${given.createdAt.slice(0, 10)}.${given.format}`;
  const query = { 'response-content-disposition': `attachment; filename="${name}"` };
  const link = await deps.exports.link(objectKeyOf(given), { seconds: LINK_SECONDS, now, query });
  const linkExpiresAt = new Date(now.getTime() + LINK_SECONDS * 1000).toISOString();
  return { ...rest, requestedBy: actor, link, linkExpiresAt };
}

export const exportRoutes = [
  route({
    method: 'POST',
    path: '/exports',
    operationId: 'startExport',
    tag: 'files',
    summary: 'Starts an export of the whole registry with its evidence, or of the numbers of one status',
    roles: ['admin'],
    body: exportOrderSchema.meta({ example: { format: 'csv', status: 'opted_out' } }),
    answers: { status: 202, schema: shownSchema, example: { ...example, state: 'queued', numbers: 0 } },
    handle: async (deps, { body, actor }) => {
      const given = newExport(randomUUID(), body, actor, deps.now());
      await deps.exports.store.add(given);
      await deps.exports.jobs.enqueue({ exportId: given.id });
      return { status: 202, body: await shown(deps, given) };
    },
  }),
  route({
    method: 'GET',
    path: '/exports/{id}',
    operationId: 'getExport',
    tag: 'files',
    summary: 'How far an export is and, when it is done, a link that downloads it for five minutes',
    roles: ['admin'],
    answers: { status: 200, schema: shownSchema, example },
    handle: async (deps, { path }) => {
      const given = await deps.exports.store.get(path['id'] ?? '');
      if (!given) throw notFound('export');
      return { status: 200, body: await shown(deps, given) };
    },
  }),
];
