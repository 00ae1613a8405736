import * as z from 'zod';
import { automationSchema } from '../../../lib/automation/automation.ts';
import { countOutcomesByReason } from '../../../lib/campaigns/broadcast-outcomes.ts';
import { type Broadcast, broadcastSchema } from '../../../lib/campaigns/campaign.ts';
import { decodeFilterCursor, encodeFilterCursor } from '../../../lib/http/cursor.ts';
import { notFound, pageQuery, RequestProblem } from '../../../lib/http/route.ts';
import { templateSchema } from '../../../lib/messaging/template.ts';
import { SHARDS } from '../../../lib/tables/outreach.ts';
import { route } from '../route.ts';
import { campaignIn, stopBroadcast } from './campaigns.ts';

const inputExample = {
  template: 'Hi {{firstName|there}}, roofs are 10% off until Friday. {{organizationName}}',
  maximumAge: 'P2D',
  requestId: 'friday-offer',
};
const inputSchema = z
  .strictObject({
    template: templateSchema,
    maximumAge: automationSchema.shape.maximumAge,
    /** A request with the same id returns the broadcast that the first one started, so that a request can be repeated (X5). */
    requestId: z.string().trim().min(1).max(64).optional(),
  })
  .meta({ id: 'BroadcastInput' });
const shownSchema = broadcastSchema
  .omit({ progress: true })
  .extend({
    status: z.enum(['enrolling', 'enrolled', 'stopped']),
    /** Members that were examined so far. */
    seen: z.int().nonnegative(),
    /** Members that were enrolled in the broadcast. */
    enrolled: z.int().nonnegative(),
    /** Members that were left out because another member has their number. */
    sameNumber: z.int().nonnegative(),
  })
  .meta({ id: 'Broadcast', description: 'One text to every member of a campaign.' });
const example = {
  ...inputExample,
  campaignId: 'spring-roofs',
  broadcast: 1,
  automationId: 'spring-roofs-b1',
  keyword: 'ROOF',
  startedAt: '2026-11-20T16:00:00.000Z',
  startedBy: 'ada',
  status: 'enrolled',
  seen: 1204,
  enrolled: 1200,
  sameNumber: 4,
};
const outcomesSchema = z
  .object({
    members: z.int().nonnegative(),
    outcomes: z.array(
      z.object({ outcome: z.string(), reason: z.string().optional(), count: z.int().positive() }),
    ),
    next: z.string().nullable(),
  })
  .meta({ id: 'BroadcastOutcomes' });
const one = { status: 200, schema: shownSchema, example };

function shown({ progress, ...broadcast }: Broadcast) {
  const shards = Object.values(progress);
  const sum = (name: 'seen' | 'enrolled' | 'sameNumber') =>
    shards.reduce((total, shard) => total + shard[name], 0);
  const isEnrolled = shards.length === SHARDS && shards.every(({ done }) => done);
  const status = isEnrolled ? 'enrolled' : 'enrolling';
  return {
    ...broadcast,
    status: broadcast.stoppedAt === undefined ? status : 'stopped',
    seen: sum('seen'),
    enrolled: sum('enrolled'),
    sameNumber: sum('sameNumber'),
  };
}

function numberIn(path: Readonly<Record<string, string>>): number {
  const number = Number(path['broadcast']);
  if (!Number.isSafeInteger(number) || number < 1) throw notFound('broadcast');
  return number;
}

export const campaignBroadcastRoutes = [
  route({
    method: 'POST',
    path: '/campaigns/{id}/broadcasts',
    operationId: 'startBroadcast',
    tag: 'campaigns',
    summary: 'Sends a text to every member, through the same cycle, queue and gate as any automation',
    roles: ['admin'],
    body: inputSchema,
    bodyExample: inputExample,
    answers: { ...one, status: 202 },
    handle: async ({ broadcasts }, { path, body, actor }) => {
      const started = await broadcasts.start(path['id'] ?? '', { ...body, startedBy: actor });
      switch (started.kind) {
        case 'noCampaign':
          throw notFound('campaign');
        case 'disabled':
          throw new RequestProblem(409, 'Switched off', 'Switch the campaign on before you broadcast.');
        case 'sameText': {
          const { broadcast, startedAt } = started.broadcast;
          const detail = `These very words were broadcast at ${startedAt}, as number ${broadcast}. Send a requestId to broadcast them again.`;
          throw new RequestProblem(409, 'Broadcast already', detail);
        }
        case 'started':
        case 'repeated':
          return { status: 202, body: shown(started.broadcast) };
      }
    },
  }),
  route({
    method: 'GET',
    path: '/campaigns/{id}/broadcasts',
    operationId: 'listBroadcasts',
    tag: 'campaigns',
    summary: 'Lists the broadcasts of a campaign, newest first',
    roles: ['admin', 'agent'],
    query: pageQuery,
    answers: {
      status: 200,
      schema: z.object({ broadcasts: z.array(shownSchema), next: z.string().nullable() }),
      example: { broadcasts: [example], next: null },
    },
    handle: async (deps, { path, query: { limit, cursor } }) => {
      const { id } = await campaignIn(deps, path);
      const before = decodeFilterCursor(cursor, 'broadcasts', { id });
      const page = await deps.broadcasts.list(id, limit, before === undefined ? undefined : Number(before));
      const last = page.length === limit ? page.at(-1)?.broadcast : undefined;
      const next = encodeFilterCursor('broadcasts', { id }, last === undefined ? undefined : String(last));
      return { status: 200, body: { broadcasts: page.map(shown), next } };
    },
  }),
  route({
    method: 'GET',
    path: '/campaigns/{id}/broadcasts/{broadcast}',
    operationId: 'getBroadcast',
    tag: 'campaigns',
    summary: 'Gives a broadcast and the number of members in it so far',
    roles: ['admin', 'agent'],
    answers: one,
    handle: async (deps, { path }) => {
      const { id } = await campaignIn(deps, path);
      const broadcast = await deps.broadcasts.get(id, numberIn(path));
      if (!broadcast) throw notFound('broadcast');
      return { status: 200, body: shown(broadcast) };
    },
  }),
  route({
    method: 'GET',
    path: '/campaigns/{id}/broadcasts/{broadcast}/outcomes',
    operationId: 'countBroadcastOutcomes',
    tag: 'campaigns',
    summary:
      'Counts the outcomes of a broadcast for a page of members, by outcome and reason: add the pages up',
    roles: ['admin', 'agent'],
    query: pageQuery,
    answers: {
      status: 200,
      schema: outcomesSchema,
      example: {
        members: 25,
        outcomes: [
          { outcome: 'delivered', count: 21 },
          { outcome: 'waiting', reason: 'waitingForKeyword', count: 3 },
          { outcome: 'refused', reason: 'missingField', count: 1 },
        ],
        next: null,
      },
    },
    handle: async (deps, { path, query: { limit, cursor } }) => {
      const { id } = await campaignIn(deps, path);
      const broadcast = await deps.broadcasts.get(id, numberIn(path));
      if (!broadcast) throw notFound('broadcast');
      const filter = { id, broadcast: broadcast.broadcast };
      const after = decodeFilterCursor(cursor, 'outcomes', filter);
      const page = await deps.members.page(id, { limit, after, removedToo: true });
      const outcomes = await countOutcomesByReason(deps, broadcast.automationId, page.members);
      const next = encodeFilterCursor('outcomes', filter, page.next);
      return { status: 200, body: { members: page.members.length, outcomes, next } };
    },
  }),
  route({
    method: 'DELETE',
    path: '/campaigns/{id}/broadcasts/{broadcast}',
    operationId: 'stopBroadcast',
    tag: 'campaigns',
    summary: 'Stops a broadcast: nothing more of it leaves',
    roles: ['admin'],
    answers: one,
    handle: async (deps, { path }) => {
      const { id } = await campaignIn(deps, path);
      const broadcast = await stopBroadcast(deps, id, numberIn(path));
      if (!broadcast) throw notFound('broadcast');
      return { status: 200, body: shown(broadcast) };
    },
  }),
];
