import * as z from 'zod';
import type { Item, Key } from '../runtime/dynamodb.ts';
import { putOverVersion } from '../runtime/item-conditions.ts';
import { shardOf } from '../tables/outreach.ts';
import {
  type Broadcast,
  broadcastSchema,
  type Campaign,
  campaignSchema,
  type Member,
  memberSchema,
  type OptInProgress,
  optInProgressSchema,
} from './campaign.ts';

/**
 * Partition of the campaigns in the configuration table. Their members and broadcasts are in the outreach table. No other file
 * spells these keys.
 */
export const CAMPAIGNS = 'CAMPAIGN';
/** Builds the key of a campaign. */
export const campaignKey = (id: string): Key => ({ pk: CAMPAIGNS, sk: id });

const MEMBER_PREFIX = 'MEMBER#';
const BROADCAST_PREFIX = 'BROADCAST#';
const BROADCAST_DIGITS = 6;

/** Spreads members over shards, so that a million can join and be read in parallel. */
const memberPartition = (campaignId: string, shard: number) => `CAMPAIGN#${campaignId}#${shard}`;
/** Builds the key of a member. */
export const memberKey = (campaignId: string, leadId: string): Key => ({
  pk: memberPartition(campaignId, shardOf(leadId)),
  sk: `${MEMBER_PREFIX}${leadId}`,
});
/** Names the range of a shard's members. */
export const memberRange = (campaignId: string, shard: number) => ({
  pk: memberPartition(campaignId, shard),
  prefix: MEMBER_PREFIX,
});
/** Builds the key of the count of a shard's active members. */
export const countKey = (campaignId: string, shard: number): Key => ({
  pk: memberPartition(campaignId, shard),
  sk: 'COUNT',
});

const runs = (campaignId: string) => `CAMPAIGN#${campaignId}`;
/** Builds the key of the progress of "Add Opt-Ins". */
export const optInProgressKey = (campaignId: string): Key => ({ pk: runs(campaignId), sk: 'OPT-INS' });
/** Builds the key of a broadcast. Its number has leading zeros, so that broadcasts sort by number. */
export const broadcastKey = (campaignId: string, broadcast: number): Key => ({
  pk: runs(campaignId),
  sk: `${BROADCAST_PREFIX}${String(broadcast).padStart(BROADCAST_DIGITS, '0')}`,
});
/** Names the range of a campaign's broadcasts. */
export const broadcastRange = (campaignId: string) => ({ pk: runs(campaignId), prefix: BROADCAST_PREFIX });

/** Builds a put that replaces a campaign if its stored version is still the one before. */
export const putCampaign = (table: string, campaign: Campaign) =>
  putOverVersion(table, { ...campaignKey(campaign.id), ...campaign });

/** Builds the stored item of a member. */
export const memberItem = (campaignId: string, member: Member): Item => ({
  ...memberKey(campaignId, member.leadId),
  ...member,
});
/** Builds the stored item of a broadcast. */
export const broadcastItem = (broadcast: Broadcast): Item => ({
  ...broadcastKey(broadcast.campaignId, broadcast.broadcast),
  ...broadcast,
});

/** An attribute of a broadcast's automation. It tells consent-changes, which follows the table, whose members to enrol. */
const broadcastOfSchema = z.object({
  broadcastOf: broadcastSchema.pick({ campaignId: true, broadcast: true }),
});
/** Builds the attribute that ties an automation to its broadcast. */
export const broadcastOf = ({ campaignId, broadcast }: Broadcast): Item => ({
  broadcastOf: { campaignId, broadcast },
});
/** Reads the broadcast of an automation's item. @returns undefined when the automation is no broadcast. */
export const parseBroadcastOf = (item: Item | undefined) =>
  broadcastOfSchema.safeParse(item).data?.broadcastOf;

// The parsers throw ZodError for an item of another kind.

/** Parses a stored campaign. */
export const parseCampaign = (item: Item): Campaign => campaignSchema.parse(withoutKeys(item));
/** Parses a stored member. */
export const parseMember = (item: Item): Member => memberSchema.parse(item);
/** Parses a stored broadcast. */
export const parseBroadcast = (item: Item): Broadcast => broadcastSchema.parse(item);
/** Parses the stored progress of "Add Opt-Ins". */
export const parseOptInProgress = (item: Item): OptInProgress => optInProgressSchema.parse(item);

function withoutKeys({ pk: _pk, sk: _sk, ...rest }: Item): Item {
  return rest;
}
