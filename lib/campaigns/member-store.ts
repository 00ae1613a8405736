import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { LOST, type Lost, retryLost } from '../runtime/change-versioned.ts';
import { inChunks } from '../runtime/chunks.ts';
import { transact } from '../runtime/conditional-writes.ts';
import {
  ACTIONS_PER_TRANSACTION,
  type ClockedTableDeps,
  type Item,
  readManyConsistently,
  type TableDeps,
  type TransactItem,
} from '../runtime/dynamodb.ts';
import { ALL_SHARDS, SHARDS, shardOf } from '../tables/outreach.ts';
import type { Member } from './campaign.ts';
import { countKey, memberItem, memberKey, memberRange, parseMember } from './campaign-items.ts';

/** One page of members. */
export interface MemberPage {
  readonly members: Member[];
  /** Place of the next page; undefined after the last. */
  readonly next: string | undefined;
}

/** Reads and writes members of campaigns. Each shard has an exact count of its own. Every read is strongly consistent. */
export type MemberStore = ReturnType<typeof createMemberStore>;

/** @param deps.table the outreach table. */
export function createMemberStore(deps: ClockedTableDeps) {
  return {
    /**
     * Adds leads to a campaign. A lead that is a member already stays as it is. A removed member comes back only with `rejoin`.
     *
     * @returns ids of the leads that joined.
     */
    add: (campaignId: string, leadIds: readonly string[], by: { addedBy: string; rejoin: boolean }) =>
      add(deps, campaignId, leadIds, by),
    /** Marks a member as removed. @returns false when the lead is no active member. */
    remove: (campaignId: string, leadId: string, by: string) => remove(deps, campaignId, leadId, by),
    /** Reads some leads' memberships, removed ones included. @returns those that exist, by lead id. */
    getMany: (campaignId: string, leadIds: readonly string[]) => getMany(deps, campaignId, leadIds),
    /** Counts the active members. */
    count: (campaignId: string) => count(deps, campaignId),
    /** Reads a page over all shards. A page can be short and still have a `next`. @param paging.after the `next` of the page before. */
    page: (campaignId: string, paging: Paging) => page(deps, campaignId, paging),
    /** Reads a page of one shard without removed members. @param after lead id of the last member of the page before. */
    ofShard: (campaignId: string, shard: number, limit: number, after?: string) =>
      ofShard(deps, campaignId, shard, { limit, after, removedToo: false }),
  };
}

interface Paging {
  readonly limit: number;
  readonly after?: string | undefined;
  /** True: the page has removed members as well. */
  readonly removedToo: boolean;
}

/** Members that one transaction adds. The count of their shard takes one action more. */
const MEMBERS_PER_TRANSACTION = ACTIONS_PER_TRANSACTION / 2;
/** Limit of queries for one page: a campaign with almost only removed members gets short pages. */
const MAXIMUM_QUERIES_PER_PAGE = 2 * SHARDS;

async function add(
  deps: ClockedTableDeps,
  campaignId: string,
  leadIds: readonly string[],
  by: { readonly addedBy: string; readonly rejoin: boolean },
): Promise<string[]> {
  const joined: string[] = [];
  const shards = Map.groupBy(new Set(leadIds), shardOf);
  for (const [shard, ids] of shards) {
    for (const some of inChunks(ids, MEMBERS_PER_TRANSACTION)) {
      joined.push(...(await addTogether(deps, campaignId, shard, some, by)));
    }
  }
  return joined;
}

/** Adds members and counts them in their shard, in one transaction. Tries again without leads that are members already. */
async function addTogether(
  { client, table, now }: ClockedTableDeps,
  campaignId: string,
  shard: number,
  leadIds: readonly string[],
  { addedBy, rejoin }: { readonly addedBy: string; readonly rejoin: boolean },
): Promise<readonly string[]> {
  const addedAt = now().toISOString();
  const wasRemoved = {
    ConditionExpression: 'attribute_not_exists(pk) OR active = :no',
    ExpressionAttributeValues: { ':no': false },
  };
  const condition = rejoin ? wasRemoved : { ConditionExpression: 'attribute_not_exists(pk)' };
  async function addAll(pending: readonly string[]): Promise<readonly string[] | Lost> {
    if (pending.length === 0) return [];
    const puts = pending.map((leadId): TransactItem => {
      const Item = memberItem(campaignId, { leadId, active: true, addedAt, addedBy });
      return { Put: { TableName: table, Item, ...condition } };
    });
    const codes = await transact(client, [...puts, countChange(table, campaignId, shard, pending.length)]);
    if (!codes) return pending;
    const joining = pending.filter((_, index) => codes[index] !== 'ConditionalCheckFailed');
    return joining.length < pending.length ? addAll(joining) : LOST;
  }
  return retryLost('The members of a shard', () => addAll(leadIds));
}

function countChange(table: string, campaignId: string, shard: number, change: number): TransactItem {
  return {
    Update: {
      TableName: table,
      Key: countKey(campaignId, shard),
      UpdateExpression: 'ADD active :change',
      ExpressionAttributeValues: { ':change': change },
    },
  };
}

async function remove(
  { client, table, now }: ClockedTableDeps,
  campaignId: string,
  leadId: string,
  by: string,
): Promise<boolean> {
  const removal: TransactItem = {
    Update: {
      TableName: table,
      Key: memberKey(campaignId, leadId),
      ConditionExpression: 'active = :yes',
      UpdateExpression: 'SET active = :no, removedAt = :now, removedBy = :by',
      ExpressionAttributeValues: { ':yes': true, ':no': false, ':now': now().toISOString(), ':by': by },
    },
  };
  return retryLost('The members of a shard', async () => {
    const codes = await transact(client, [removal, countChange(table, campaignId, shardOf(leadId), -1)]);
    if (!codes) return true;
    return codes[0] === 'ConditionalCheckFailed' ? false : LOST;
  });
}

async function getMany(
  { client, table }: TableDeps,
  campaignId: string,
  leadIds: readonly string[],
): Promise<Map<string, Member>> {
  const keys = leadIds.map((leadId) => memberKey(campaignId, leadId));
  const items = await readManyConsistently(client, table, keys);
  return new Map(items.map(parseMember).map((member) => [member.leadId, member]));
}

async function count({ client, table }: TableDeps, campaignId: string): Promise<number> {
  const keys = ALL_SHARDS.map((shard) => countKey(campaignId, shard));
  const counts = await readManyConsistently(client, table, keys);
  return counts.reduce((sum, item) => sum + Number(item['active']), 0);
}

async function page(deps: TableDeps, campaignId: string, paging: Paging): Promise<MemberPage> {
  const members: Member[] = [];
  let { shard, leadId } = placeOf(paging.after);
  for (let queries = 0; shard < SHARDS; queries++) {
    const missing = paging.limit - members.length;
    if (missing === 0 || queries === MAXIMUM_QUERIES_PER_PAGE)
      return { members, next: `${shard}#${leadId ?? ''}` };
    const part = await ofShard(deps, campaignId, shard, { ...paging, limit: missing, after: leadId });
    members.push(...part.members);
    leadId = part.next;
    if (leadId === undefined) shard++;
  }
  return { members, next: undefined };
}

function placeOf(after = ''): { shard: number; leadId: string | undefined } {
  const [shard = '', leadId = ''] = after.split('#');
  return { shard: Number(shard), leadId: leadId === '' ? undefined : leadId };
}

async function ofShard(
  { client, table }: TableDeps,
  campaignId: string,
  shard: number,
  { limit, after, removedToo }: Paging,
): Promise<MemberPage> {
  const { pk, prefix } = memberRange(campaignId, shard);
  const onlyActive = !removedToo && { FilterExpression: 'active = :yes' };
  const answer = await client.send(
    new QueryCommand({
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ...onlyActive,
      ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix, ...(!removedToo && { ':yes': true }) },
      Limit: limit,
      ExclusiveStartKey: after === undefined ? undefined : memberKey(campaignId, after),
    }),
  );
  const last = answer.LastEvaluatedKey as Item | undefined;
  const next = last && String(last['sk']).slice(prefix.length);
  return { members: (answer.Items ?? []).map(parseMember), next };
}
