import * as z from 'zod';
import {
  type Campaign,
  campaignInputSchema,
  campaignSchema,
  optInProgressSchema,
} from '../../../lib/campaigns/campaign.ts';
import { invalidField, notFound, RequestProblem, removedSchema } from '../../../lib/http/route.ts';
import { keywordIn } from '../../../lib/messaging/opt-in-keyword.ts';
import { type AdminDeps, route } from '../route.ts';

const inputExample = { id: 'spring-roofs', name: 'Roofs in spring', keyword: 'ROOF' };
export const campaignExample = {
  ...inputExample,
  enabled: true,
  broadcasts: 2,
  createdAt: '2026-11-20T15:04:06.000Z',
  updatedAt: '2026-11-20T15:04:06.000Z',
};
const shownSchema = campaignSchema
  .omit({ optInRun: true, removedAt: true, version: true })
  .meta({ id: 'Campaign' });
const wholeSchema = z
  .object({
    ...shownSchema.shape,
    /** Active members. */
    members: z.int().nonnegative(),
    /** The last "Add Opt-Ins" and its progress. */
    addOptIns: z
      .object({
        ...optInProgressSchema.omit({ run: true }).shape,
        requestedAt: z.string(),
        requestedBy: z.string(),
      })
      .optional(),
  })
  .meta({ id: 'CampaignWithProgress' });
const whole = {
  status: 200,
  schema: wholeSchema,
  example: {
    ...campaignExample,
    members: 1204,
    addOptIns: {
      seen: 1300,
      added: 1204,
      done: true,
      requestedAt: '2026-11-20T16:00:00.000Z',
      requestedBy: 'ada',
    },
  },
};

function shown({ optInRun: _run, removedAt: _removedAt, version: _version, ...campaign }: Campaign) {
  return campaign;
}

/** Reads the campaign that a path names. @throws RequestProblem 404 when it does not exist or was removed. */
export async function campaignIn(
  { campaigns }: AdminDeps,
  path: Readonly<Record<string, string>>,
): Promise<Campaign> {
  const campaign = await campaigns.get(path['id'] ?? '');
  if (!campaign || campaign.removedAt !== undefined) throw notFound('campaign');
  return campaign;
}

async function describe({ members, optInRuns }: AdminDeps, campaign: Campaign) {
  const { id, optInRun } = campaign;
  const [count, progress] = await Promise.all([members.count(id), optInRuns.get(id)]);
  if (!optInRun) return { ...shown(campaign), members: count };
  const { run, ...requested } = optInRun;
  const isOfThisRun = progress?.run === run;
  const { seen, added, done } = isOfThisRun ? progress : { seen: 0, added: 0, done: false };
  return { ...shown(campaign), members: count, addOptIns: { ...requested, seen, added, done } };
}

export const campaignRoutes = [
  route({
    method: 'GET',
    path: '/campaigns',
    operationId: 'listCampaigns',
    tag: 'campaigns',
    summary: 'Lists all campaigns',
    roles: ['admin', 'agent'],
    answers: {
      status: 200,
      schema: z.object({ campaigns: z.array(shownSchema) }),
      example: { campaigns: [campaignExample] },
    },
    handle: async ({ campaigns }) => ({
      status: 200,
      body: { campaigns: (await campaigns.list()).map(shown) },
    }),
  }),
  route({
    method: 'GET',
    path: '/campaigns/{id}',
    operationId: 'getCampaign',
    tag: 'campaigns',
    summary: 'Gives a campaign, the number of its members, and the progress of its last "Add Opt-Ins"',
    roles: ['admin', 'agent'],
    answers: whole,
    handle: async (deps, { path }) => ({
      status: 200,
      body: await describe(deps, await campaignIn(deps, path)),
    }),
  }),
  route({
    method: 'PUT',
    path: '/campaigns/{id}',
    operationId: 'putCampaign',
    tag: 'campaigns',
    summary: 'Creates or changes a campaign; broadcasts keep the keyword that they started with',
    roles: ['admin'],
    body: campaignInputSchema,
    bodyExample: inputExample,
    answers: whole,
    handle: async (deps, { path, body }) => {
      if (body.id !== path['id']) throw invalidField('id', 'The id must be the one in the URL.');
      const keyword = body.keyword === undefined ? undefined : keywordIn(body.keyword);
      if (keyword !== undefined && !(keyword && (await deps.configuration.keyword(keyword)))) {
        throw invalidField('keyword', `There is no keyword "${body.keyword}". Create it first.`);
      }
      const campaign = await deps.campaigns.put({ ...body, ...(keyword !== undefined && { keyword }) });
      if (!campaign) {
        const detail = `A campaign with the id ${body.id} was removed. Its texts bear the id: choose another one.`;
        throw new RequestProblem(409, 'Removed', detail);
      }
      return { status: 200, body: await describe(deps, campaign) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/campaigns/{id}',
    operationId: 'removeCampaign',
    tag: 'campaigns',
    summary: 'Removes a campaign and stops its broadcasts; its id cannot be used again',
    roles: ['admin'],
    answers: {
      status: 200,
      schema: removedSchema,
      example: { removed: 'spring-roofs' },
    },
    handle: async (deps, { path }) => {
      const campaign = await deps.campaigns.remove(path['id'] ?? '');
      if (!campaign) throw notFound('campaign');
      // The campaign is removed first, so that no broadcast can start any more.
      for (let broadcast = campaign.broadcasts; broadcast > 0; broadcast--) {
        await stopBroadcast(deps, campaign.id, broadcast);
      }
      return { status: 200, body: { removed: campaign.id } };
    },
  }),
];

/**
 * Stops a broadcast. It removes the automation first, since the gate sends no text without its automation.
 *
 * @returns undefined when there is no such broadcast.
 */
export async function stopBroadcast(deps: AdminDeps, campaignId: string, number: number) {
  const broadcast = await deps.broadcasts.get(campaignId, number);
  if (!broadcast) return undefined;
  if (broadcast.stoppedAt !== undefined) return broadcast;
  await deps.configuration.removeAutomation(broadcast.automationId);
  return deps.broadcasts.markStopped(campaignId, number);
}
