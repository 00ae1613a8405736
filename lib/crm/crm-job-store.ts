import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type Item, isConditionFailure, readConsistently } from '../runtime/dynamodb.ts';
import { pageOfCollection } from '../tables/collection.ts';
import { SHARDS, shardOf, WORK_INDEX } from '../tables/outreach.ts';
import { crmJobKey, crmJobWork, WRITE_BACKS } from './crm-items.ts';
import { type CrmJob, crmJobSchema, expiryOf } from './crm-job.ts';

export interface CrmJobStoreDeps {
  readonly client: DynamoDBDocumentClient;
  /** The outreach table. */
  readonly table: string;
  readonly now: () => Date;
}

/** Errands to the CRM: open ones stand in the work index, those that write in a collection for whoever wants to see them. */
export type CrmJobStore = ReturnType<typeof createCrmJobStore>;

export function createCrmJobStore(deps: CrmJobStoreDeps) {
  return {
    /** Adds an errand, unless it is there already. */
    add: (crmJob: CrmJob) => add(deps, crmJob),
    /** Open errands that are due, the oldest first; at most `limit`. */
    due: (limit: number) => due(deps, limit),
    put: async (crmJob: CrmJob): Promise<void> => {
      await deps.client.send(new PutCommand({ TableName: deps.table, Item: itemOf(deps, crmJob) }));
    },
    /** Errands that write, newest first. @param cursor the `next` of the page before. */
    writeBacks: (limit: number, cursor?: Item) => writeBacks(deps, limit, cursor),
  };
}

function itemOf({ now }: CrmJobStoreDeps, crmJob: CrmJob): Item {
  const isOpen = crmJob.status === 'open';
  return {
    ...crmJobKey(crmJob.number, crmJob.id),
    ...crmJob,
    ...(isOpen && { work: crmJobWork(shardOf(crmJob.number)), workOrder: crmJob.dueAt }),
    ...(!isOpen && { expiresAt: expiryOf(now()) }),
    ...(crmJob.checkboxes.length > 0 && {
      collection: WRITE_BACKS,
      collectionOrder: `${crmJob.createdAt}#${crmJob.number}`,
    }),
  };
}

async function add(deps: CrmJobStoreDeps, crmJob: CrmJob): Promise<void> {
  try {
    await deps.client.send(
      new PutCommand({
        TableName: deps.table,
        Item: itemOf(deps, crmJob),
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
  }
}

const KEYS_PER_READ = 100;

async function due(deps: CrmJobStoreDeps, limit: number): Promise<CrmJob[]> {
  const { client, table, now } = deps;
  const shards = await Promise.all(Array.from({ length: SHARDS }, (_, shard) => dueOf(deps, shard, limit)));
  const oldest = shards
    .flat()
    .toSorted((a, b) => a.dueAt.localeCompare(b.dueAt))
    .slice(0, limit);
  const found: Item[] = [];
  for (let start = 0; start < oldest.length; start += KEYS_PER_READ) {
    const keys = oldest.slice(start, start + KEYS_PER_READ).map(({ key }) => key);
    found.push(...((await readConsistently(client, { [table]: keys }))[table] ?? []));
  }
  // The index may lag behind: what counts is the errand itself.
  return found
    .map((item) => crmJobSchema.parse(item))
    .filter(({ status, dueAt }) => status === 'open' && dueAt <= now().toISOString());
}

async function dueOf({ client, table, now }: CrmJobStoreDeps, shard: number, limit: number) {
  const page = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: WORK_INDEX,
      KeyConditionExpression: '#work = :work AND workOrder <= :now',
      ExpressionAttributeNames: { '#work': 'work' },
      ExpressionAttributeValues: { ':work': crmJobWork(shard), ':now': now().toISOString() },
      Limit: limit,
    }),
  );
  return (page.Items ?? []).map(({ pk, sk, workOrder }) => ({
    key: { pk: String(pk), sk: String(sk) },
    dueAt: String(workOrder),
  }));
}

async function writeBacks(
  { client, table }: CrmJobStoreDeps,
  limit: number,
  cursor?: Item,
): Promise<{ crmJobs: CrmJob[]; next: Item | undefined }> {
  const { items, next } = await pageOfCollection(client, table, WRITE_BACKS, limit, cursor);
  return { crmJobs: items.map((item) => crmJobSchema.parse(item)), next };
}
