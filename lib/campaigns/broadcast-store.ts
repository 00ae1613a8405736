import { type DynamoDBDocumentClient, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { automationKey } from '../automation/automation-items.ts';
import { LOST, retryLost } from '../runtime/change-versioned.ts';
import { ifConditionHolds, transact } from '../runtime/conditional-writes.ts';
import { readItem } from '../runtime/dynamodb.ts';
import { putIfAbsent } from '../runtime/item-conditions.ts';
import {
  type Broadcast,
  broadcastAutomation,
  broadcastAutomationId,
  type Campaign,
  type ShardProgress,
} from './campaign.ts';
import {
  broadcastItem,
  broadcastKey,
  broadcastOf,
  broadcastRange,
  parseBroadcast,
  putCampaign,
} from './campaign-items.ts';
import type { CampaignStore } from './campaign-store.ts';

export interface BroadcastStoreDeps {
  readonly client: DynamoDBDocumentClient;
  readonly configurationTable: string;
  readonly outreachTable: string;
  readonly campaigns: Pick<CampaignStore, 'get'>;
  readonly now: () => Date;
}

/** A caller's request to start a broadcast. */
export interface BroadcastRequest {
  readonly template: string;
  /** ISO 8601 duration. */
  readonly maximumAge: string;
  readonly requestId?: string | undefined;
  readonly startedBy: string;
}

/**
 * The result of a request to start a broadcast.
 *
 * - `started`: the broadcast is new.
 * - `repeated`: this request started it before.
 * - `sameText`: the request has no id, and another broadcast with the same template started within a day.
 * - `noCampaign`, `disabled`: nothing was started.
 */
export type StartResult =
  | { readonly kind: 'started' | 'repeated' | 'sameText'; readonly broadcast: Broadcast }
  | { readonly kind: 'noCampaign' | 'disabled' };

/** Reads and writes the broadcasts of campaigns, and the progress of each. */
export type BroadcastStore = ReturnType<typeof createBroadcastStore>;

/** @param deps.campaigns the campaigns in the configuration table. */
export function createBroadcastStore(deps: BroadcastStoreDeps) {
  return {
    /**
     * Starts a broadcast. One transaction stores the broadcast and its automation, and counts the broadcast in its campaign.
     * consent-changes reads the table's stream and queues the jobs that enrol the members. Two requests with the same id start
     * one broadcast (X5).
     */
    start: (campaignId: string, request: BroadcastRequest) => start(deps, campaignId, request),
    /** Reads one broadcast, strongly consistent. */
    get: (campaignId: string, broadcast: number) => get(deps, campaignId, broadcast),
    /** Lists broadcasts, newest first. @param before number of a broadcast: lists older ones only. */
    list: (campaignId: string, limit: number, before?: number) => list(deps, campaignId, limit, before),
    /** Marks a broadcast as stopped. @returns undefined when there is no such broadcast. */
    markStopped: (campaignId: string, broadcast: number) => markStopped(deps, campaignId, broadcast),
    /** Stores the progress of one shard. @returns false when another worker is further already, or no such broadcast exists. */
    storeProgress: (campaignId: string, broadcast: number, shard: number, progress: ShardProgress) =>
      storeProgress(deps, campaignId, broadcast, shard, progress),
  };
}

const SAME_TEXT_MILLISECONDS = 24 * 60 * 60 * 1000;
/** `start` searches this many of the latest broadcasts for the same request or the same text. */
const RECENT_BROADCASTS = 20;

async function start(
  deps: BroadcastStoreDeps,
  campaignId: string,
  request: BroadcastRequest,
): Promise<StartResult> {
  let skipped = 0;
  return retryLost('A broadcast', async () => {
    const campaign = await deps.campaigns.get(campaignId);
    if (!campaign || campaign.removedAt !== undefined) return { kind: 'noCampaign' };
    const earlier = startedBefore(await list(deps, campaignId, RECENT_BROADCASTS), request, deps.now());
    if (earlier) return earlier;
    if (!campaign.enabled) return { kind: 'disabled' };
    const broadcast = newBroadcast(campaign, request, campaign.broadcasts + 1 + skipped, deps.now());
    const codes = await transact(deps.client, writes(deps, campaign, broadcast));
    if (!codes) return { kind: 'started', broadcast };
    // An automation that an admin made has this broadcast's id already, so the next number is tried.
    if (codes[1] === 'ConditionalCheckFailed') skipped++;
    return LOST;
  });
}

function startedBefore(
  recent: readonly Broadcast[],
  { requestId, template }: BroadcastRequest,
  now: Date,
): StartResult | undefined {
  const repeated = requestId !== undefined && recent.find((one) => one.requestId === requestId);
  if (repeated) return { kind: 'repeated', broadcast: repeated };
  if (requestId !== undefined) return undefined;
  const since = new Date(now.getTime() - SAME_TEXT_MILLISECONDS).toISOString();
  const same = recent.find((one) => one.template === template && one.startedAt > since);
  return same && { kind: 'sameText', broadcast: same };
}

function newBroadcast(
  { id, keyword }: Campaign,
  { requestId, ...request }: BroadcastRequest,
  broadcast: number,
  now: Date,
): Broadcast {
  return {
    ...request,
    campaignId: id,
    broadcast,
    automationId: broadcastAutomationId(id, broadcast),
    startedAt: now.toISOString(),
    progress: {},
    ...(keyword !== undefined && { keyword }),
    ...(requestId !== undefined && { requestId }),
  };
}

function writes(
  { configurationTable, outreachTable }: BroadcastStoreDeps,
  campaign: Campaign,
  broadcast: Broadcast,
) {
  const automation = broadcastAutomation(campaign, broadcast);
  const automationItem = { ...automationKey(automation.id), ...automation, ...broadcastOf(broadcast) };
  const countedCampaign = { ...campaign, broadcasts: broadcast.broadcast, version: campaign.version + 1 };
  return [
    { Put: putCampaign(configurationTable, countedCampaign) },
    { Put: putIfAbsent(configurationTable, automationItem) },
    { Put: putIfAbsent(outreachTable, broadcastItem(broadcast)) },
  ];
}

async function get(
  { client, outreachTable }: BroadcastStoreDeps,
  campaignId: string,
  broadcast: number,
): Promise<Broadcast | undefined> {
  const item = await readItem({ client, table: outreachTable }, broadcastKey(campaignId, broadcast));
  return item && parseBroadcast(item);
}

async function list(
  { client, outreachTable }: BroadcastStoreDeps,
  campaignId: string,
  limit: number,
  before?: number,
): Promise<Broadcast[]> {
  const { pk, prefix } = broadcastRange(campaignId);
  const answer = await client.send(
    new QueryCommand({
      TableName: outreachTable,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
      ScanIndexForward: false,
      Limit: limit,
      ExclusiveStartKey: before === undefined ? undefined : broadcastKey(campaignId, before),
    }),
  );
  return (answer.Items ?? []).map(parseBroadcast);
}

async function markStopped(
  { client, outreachTable, now }: BroadcastStoreDeps,
  campaignId: string,
  broadcast: number,
): Promise<Broadcast | undefined> {
  const update = new UpdateCommand({
    TableName: outreachTable,
    Key: broadcastKey(campaignId, broadcast),
    ConditionExpression: 'attribute_exists(pk)',
    UpdateExpression: 'SET stoppedAt = if_not_exists(stoppedAt, :now)',
    ExpressionAttributeValues: { ':now': now().toISOString() },
    ReturnValues: 'ALL_NEW',
  });
  const answer = await ifConditionHolds(client.send(update));
  return answer?.Attributes && parseBroadcast(answer.Attributes);
}

async function storeProgress(
  { client, outreachTable }: BroadcastStoreDeps,
  campaignId: string,
  broadcast: number,
  shard: number,
  progress: ShardProgress,
): Promise<boolean> {
  const update = new UpdateCommand({
    TableName: outreachTable,
    Key: broadcastKey(campaignId, broadcast),
    // `seen` is equal when a worker stored this page's progress and ended before it enqueued the rest.
    ConditionExpression:
      'attribute_exists(pk) AND (attribute_not_exists(progress.#shard) OR progress.#shard.seen <= :seen)',
    UpdateExpression: 'SET progress.#shard = :progress',
    ExpressionAttributeNames: { '#shard': String(shard) },
    ExpressionAttributeValues: { ':progress': progress, ':seen': progress.seen },
  });
  return (await ifConditionHolds(client.send(update))) !== undefined;
}
