import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { changeVersioned, LOST } from '../runtime/change-versioned.ts';
import { ifConditionHolds } from '../runtime/conditional-writes.ts';
import { type ClockedTableDeps, readItem, readPartition, type TableDeps } from '../runtime/dynamodb.ts';
import type { Campaign, CampaignInput } from './campaign.ts';
import { CAMPAIGNS, campaignKey, parseCampaign, putCampaign } from './campaign-items.ts';

/** What admins say of campaigns. Every read is strongly consistent. */
export type CampaignStore = ReturnType<typeof createCampaignStore>;

/** @param deps.table the configuration table. */
export function createCampaignStore(deps: ClockedTableDeps) {
  return {
    /** One that was removed as well: it says so. */
    get: (id: string) => get(deps, id),
    /** Those that were not removed, by id. */
    list: () => list(deps),
    /** Creates or changes a campaign. @returns undefined when one with this id was removed. */
    put: (input: CampaignInput) =>
      change(deps, input.id, (before) => {
        const at = deps.now().toISOString();
        const { optInRun, createdAt = at, broadcasts = 0, version = 0 } = before ?? {};
        return { ...input, ...(optInRun && { optInRun }), broadcasts, createdAt, updatedAt: at, version };
      }),
    /** Asks for "Add Opt-Ins" (T6); whoever follows the table's stream carries it out. */
    requestOptIns: (id: string, run: string, requestedBy: string) =>
      change(deps, id, (before) => {
        const requestedAt = deps.now().toISOString();
        return before && { ...before, optInRun: { run, requestedAt, requestedBy } };
      }),
    /** Marks a campaign as removed: its id stays taken. @returns undefined when there is none. */
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
  const found = (await readPartition(client, table, { pk: CAMPAIGNS })).map(parseCampaign);
  return found.filter(({ removedAt }) => removedAt === undefined);
}

/** @returns undefined for a campaign that was removed, and where there is nothing to change. */
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
