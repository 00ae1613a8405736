import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { type Member, memberSchema } from '../../../lib/campaigns/campaign.ts';
import { decodeFilterCursor, encodeFilterCursor } from '../../../lib/http/cursor.ts';
import { invalidField, notFound, pageQuery, RequestProblem, removedSchema } from '../../../lib/http/route.ts';
import { leadSchema } from '../../../lib/leads/lead.ts';
import { type AdminDeps, route } from '../route.ts';
import { campaignIn } from './campaigns.ts';

const leadId = '0b8f0c8e-3f5b-4c53-9a53-7d5f3f6f0a11';
const shownSchema = z
  .object({
    ...memberSchema.shape,
    lead: leadSchema.pick({ number: true, details: true }).optional(),
  })
  .meta({ id: 'CampaignMember' });
const example = {
  leadId,
  active: true,
  addedAt: '2026-11-20T15:04:06.000Z',
  addedBy: 'ada',
  lead: { number: '+13035550142', details: { firstName: 'Dana' } },
};

async function withLeads({ leads }: AdminDeps, members: readonly Member[]) {
  const found = await leads.getMany(members.map(({ leadId }) => leadId));
  return members.map((member) => {
    const lead = found.get(member.leadId);
    return { ...member, ...(lead && { lead: { number: lead.number, details: lead.details } }) };
  });
}

async function checkLeads({ leads }: AdminDeps, ids: readonly string[]): Promise<void> {
  const found = await leads.getMany(ids);
  const missing = ids.findIndex((id) => !found.has(id));
  if (missing !== -1) throw invalidField(`leads[${missing}]`, `There is no lead "${ids[missing]}".`);
}

/** The members of a campaign, and "Add Opt-Ins" (T6). */
export const campaignMemberRoutes = [
  route({
    method: 'GET',
    path: '/campaigns/{id}/members',
    operationId: 'listCampaignMembers',
    tag: 'campaigns',
    summary: 'Lists the members of a campaign; with `removed=true` also those that were removed',
    roles: ['admin', 'agent'],
    query: z.strictObject({ ...pageQuery.shape, removed: z.enum(['true', 'false']).default('false') }),
    answers: {
      status: 200,
      schema: z.object({ members: z.array(shownSchema), next: z.string().nullable() }),
      example: { members: [example], next: null },
    },
    handle: async (deps, { path, query }) => {
      const filter = { id: path['id'] ?? '', removed: query.removed };
      const after = decodeFilterCursor(query.cursor, 'campaign-members', filter);
      const removedToo = query.removed === 'true';
      const [, page] = await Promise.all([
        campaignIn(deps, path),
        deps.members.page(filter.id, { limit: query.limit, after, removedToo }),
      ]);
      const members = await withLeads(deps, page.members);
      return {
        status: 200,
        body: { members, next: encodeFilterCursor('campaign-members', filter, page.next) },
      };
    },
  }),
  route({
    method: 'POST',
    path: '/campaigns/{id}/members',
    operationId: 'addCampaignMembers',
    tag: 'campaigns',
    summary: 'Puts up to 100 leads into a campaign; those that are members already stay as they are',
    roles: ['admin'],
    body: z.strictObject({ leads: z.array(z.string().max(64)).min(1).max(100) }),
    bodyExample: { leads: [leadId] },
    answers: {
      status: 200,
      schema: z.object({ joined: z.array(z.string()), members: z.int().nonnegative() }),
      example: { joined: [leadId], members: 1 },
    },
    handle: async (deps, { path, body, actor }) => {
      const { id } = await campaignIn(deps, path);
      await checkLeads(deps, body.leads);
      const joined = await deps.members.add(id, body.leads, { addedBy: actor, rejoin: true });
      return { status: 200, body: { joined, members: await deps.members.count(id) } };
    },
  }),
  route({
    method: 'DELETE',
    path: '/campaigns/{id}/members/{leadId}',
    operationId: 'removeCampaignMember',
    tag: 'campaigns',
    summary: 'Takes a lead out of a campaign; "Add Opt-Ins" does not bring it back',
    roles: ['admin'],
    answers: { status: 200, schema: removedSchema, example: { removed: leadId } },
    handle: async (deps, { path, actor }) => {
      const { id } = await campaignIn(deps, path);
      const member = path['leadId'] ?? '';
      if (!(await deps.members.remove(id, member, actor))) throw notFound('member');
      return { status: 200, body: { removed: member } };
    },
  }),
  route({
    method: 'POST',
    path: '/campaigns/{id}/members/from-opt-ins',
    operationId: 'addOptInsToCampaign',
    tag: 'campaigns',
    summary:
      'Add Opt-Ins: puts everyone into the campaign who opted in by its keyword and is no member yet; `GET /campaigns/{id}` shows the progress',
    roles: ['admin'],
    answers: {
      status: 202,
      schema: z.object({ keyword: z.string(), requestedAt: z.string() }),
      example: { keyword: 'ROOF', requestedAt: '2026-11-20T16:00:00.000Z' },
    },
    handle: async (deps, { path, actor }) => {
      const { id, keyword } = await campaignIn(deps, path);
      if (keyword === undefined) {
        const detail = 'The campaign has no keyword that anybody could have opted in by. Give it one first.';
        throw new RequestProblem(409, 'No keyword', detail);
      }
      const requested = await deps.campaigns.requestOptIns(id, randomUUID(), actor);
      if (!requested?.optInRun) throw notFound('campaign');
      const { requestedAt } = requested.optInRun;
      return { status: 202, body: { keyword, requestedAt } };
    },
  }),
];
