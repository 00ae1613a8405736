import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { changeVersioned, LOST } from '../runtime/change-versioned.ts';
import { ifConditionHolds } from '../runtime/conditional-writes.ts';
import { type ClockedTableDeps, readItem, readPartition, type TableDeps } from '../runtime/dynamodb.ts';
import type { Campaign, CampaignInput } from './campaign.ts';
import { CAMPAIGNS, campaignKey, parseCampaign, putCampaign } from './campaign-items.ts';

/** Reads and writes campaigns as admins set them. Every read is strongly consistent. */
export type CampaignStore = ReturnType<typeof createCampaignStore>;

/** @param deps.table the configuration table. */
export function createCampaignStore(deps: ClockedTableDeps) {
  return {
    /** Reads a campaign, also a removed one, which has `removedAt`. */
    get: (id: string) => get(deps, id),
    /** Lists the campaigns that were not removed, by id. */
    list: () => list(deps),
    /** Creates or changes a campaign. @returns undefined when one with this id was removed. */
    put: (input: CampaignInput) =>
      change(deps, input.id, (before) => {
        const at = deps.now().toISOString();
        const { optInRun, createdAt = at, broadcasts = 0, version = 0 } = before ?? {};
        return { ...input, ...(optInRun && { optInRun }), broadcasts, createdAt, updatedAt: at, version };
      }),
    /** Requests "Add Opt-Ins" (T6). consent-changes follows the table's stream and does it. */
    requestOptIns: (id: string, run: string, requestedBy: string) =>
      change(deps, id, (before) => {
        const requestedAt = deps.now().toISOString();
        return before && { ...before, optInRun: { run, requestedAt, requestedBy } };
      }),
    /** Marks a campaign as removed; its id stays taken. @returns undefined when there is no such campaign. */
    remove: (id: string) =>
      change(
        deps,
        id,
        (before) => before && { ...before, enabled: false, removedAt: deps.now().toISOString() },
      ),
  };
}

async function get(deps: TableDeps, id: string): Promise<Campaign | undefined> {
  const item = await readItem(deps, campaignKey(id));
  return item && parseCampaign(item);
}

async function list({ client, table }: TableDeps): Promise<Campaign[]> {
  const campaigns = (await readPartition(client, table, { pk: CAMPAIGNS })).map(parseCampaign);
  return campaigns.filter(({ removedAt }) => removedAt === undefined);
}

/** Changes a campaign. @returns undefined for a removed campaign, and when `next` changes nothing. */
async function change(
  deps: TableDeps,
  id: string,
  next: (before: Campaign | undefined) => Campaign | undefined,
): Promise<Campaign | undefined> {
  return changeVersioned('A campaign', {
    read: () => get(deps, id),
    change: (before) => {
      const after = before?.removedAt === undefined ? next(before) : undefined;
      return after && { ...after, version: (before?.version ?? 0) + 1 };
    },
    write: async (campaign) => {
      const put = new PutCommand(putCampaign(deps.table, campaign));
      return (await ifConditionHolds(deps.client.send(put))) ? campaign : LOST;
    },
  });
}
