import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { ifConditionHolds } from '../runtime/conditional-writes.ts';
import {
  type ClockedTableDeps,
  type Item,
  readManyConsistently,
  type TableDeps,
} from '../runtime/dynamodb.ts';
import { putIfAbsent } from '../runtime/item-conditions.ts';
import { pageOfCollection } from '../tables/collection.ts';
import { ALL_SHARDS, shardOf } from '../tables/outreach.ts';
import { FIRST_MOMENT, pageOfWork } from '../tables/work-page.ts';
import { crmJobKey, crmJobWork, WRITE_BACKS } from './crm-items.ts';
import { type CrmJob, crmJobSchema, expiryOf } from './crm-job.ts';

/** Reads and writes CRM jobs. Open ones are in the work index; those that write are in a collection, which the API lists. */
export type CrmJobStore = ReturnType<typeof createCrmJobStore>;

/** @param deps.table the outreach table. */
export function createCrmJobStore(deps: ClockedTableDeps) {
  return {
    /** Adds a CRM job, unless it exists already. */
    add: (crmJob: CrmJob) => add(deps, crmJob),
    /** Reads at most `limit` open CRM jobs that are due, starting with the oldest. */
    due: (limit: number) => due(deps, limit),
    /** Replaces a CRM job. */
    put: async (crmJob: CrmJob): Promise<void> => {
      await deps.client.send(new PutCommand({ TableName: deps.table, Item: itemOf(deps, crmJob) }));
    },
    /** Lists CRM jobs that write, newest first. @param cursor the `next` of the page before. */
    writeBacks: (limit: number, cursor?: Item) => writeBacks(deps, limit, cursor),
  };
}

function itemOf({ now }: ClockedTableDeps, crmJob: CrmJob): Item {
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

async function add(deps: ClockedTableDeps, crmJob: CrmJob): Promise<void> {
  await ifConditionHolds(deps.client.send(new PutCommand(putIfAbsent(deps.table, itemOf(deps, crmJob)))));
}

async function due(deps: ClockedTableDeps, limit: number): Promise<CrmJob[]> {
  const shards = await Promise.all(ALL_SHARDS.map((shard) => dueOf(deps, shard, limit)));
  const oldest = shards
    .flat()
    .toSorted((a, b) => a.dueAt.localeCompare(b.dueAt))
    .slice(0, limit);
  const keys = oldest.map(({ key }) => key);
  const items = await readManyConsistently(deps.client, deps.table, keys);
  // The index may lag behind, so the job itself says whether it is due.
  return items
    .map((item) => crmJobSchema.parse(item))
    .filter(({ status, dueAt }) => status === 'open' && dueAt <= deps.now().toISOString());
}

async function dueOf(deps: ClockedTableDeps, shard: number, limit: number) {
  const span = { from: FIRST_MOMENT, to: deps.now().toISOString() };
  const { items } = await pageOfWork(deps, crmJobWork(shard), { span, limit });
  return items.map(({ pk, sk, workOrder }) => ({
    key: { pk: String(pk), sk: String(sk) },
    dueAt: String(workOrder),
  }));
}

async function writeBacks(
  deps: TableDeps,
  limit: number,
  cursor?: Item,
): Promise<{ crmJobs: CrmJob[]; next: Item | undefined }> {
  const { items, next } = await pageOfCollection(deps, WRITE_BACKS, { limit, cursor });
  return { crmJobs: items.map((item) => crmJobSchema.parse(item)), next };
}
