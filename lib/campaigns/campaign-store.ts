import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailure, readPartition } from '../runtime/dynamodb.ts';
import type { Campaign, CampaignInput } from './campaign.ts';
import { CAMPAIGNS, campaignKey, parseCampaign, putCampaign } from './campaign-items.ts';

export interface CampaignStoreDeps {
  readonly client: DynamoDBDocumentClient;
  /** The configuration table. */
  readonly table: string;
  readonly now: () => Date;
}

/** What admins say of campaigns. Every read is strongly consistent. */
export type CampaignStore = ReturnType<typeof createCampaignStore>;

export function createCampaignStore(deps: CampaignStoreDeps) {
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

async function get({ client, table }: CampaignStoreDeps, id: string): Promise<Campaign | undefined> {
  const answer = await client.send(
    new GetCommand({ TableName: table, Key: campaignKey(id), ConsistentRead: true }),
  );
  return answer.Item && parseCampaign(answer.Item);
}

async function list({ client, table }: CampaignStoreDeps): Promise<Campaign[]> {
  const found = (await readPartition(client, table, { pk: CAMPAIGNS })).map(parseCampaign);
  return found.filter(({ removedAt }) => removedAt === undefined);
}

/** Applies a change to what stands there, again if somebody else changed it in between. */
async function change(
  deps: CampaignStoreDeps,
  id: string,
  next: (before: Campaign | undefined) => Campaign | undefined,
): Promise<Campaign | undefined> {
  for (;;) {
    const before = await get(deps, id);
    if (before?.removedAt !== undefined) return undefined;
    const after = next(before);
    if (!after) return undefined;
    const campaign = { ...after, version: (before?.version ?? 0) + 1 };
    try {
      await deps.client.send(new PutCommand(putCampaign(deps.table, campaign)));
      return campaign;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }
}
