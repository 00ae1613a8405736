import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { WORK_INDEX } from '../automation/enrollment-items.ts';
import { SHARDS, shardOf } from '../automation/work.ts';
import { pageOfCollection } from '../tables/collection.ts';
import { type Item, isConditionFailure, readConsistently } from '../runtime/dynamodb.ts';
import { errandKey, errandWork, WRITE_BACKS } from './crm-items.ts';
import { type Errand, errandSchema, expiryOf } from './crm-job.ts';

export interface ErrandStoreDeps {
  readonly client: DynamoDBDocumentClient;
  /** The outreach table. */
  readonly table: string;
  readonly now: () => Date;
}

/** Errands to the CRM: open ones stand in the work index, those that write in a collection for whoever wants to see them. */
export type ErrandStore = ReturnType<typeof createErrandStore>;

export function createErrandStore(deps: ErrandStoreDeps) {
  return {
    /** Adds an errand, unless it is there already. */
    add: (errand: Errand) => add(deps, errand),
    /** Open errands that are due, the oldest first; at most `limit`. */
    due: (limit: number) => due(deps, limit),
    put: async (errand: Errand): Promise<void> => {
      await deps.client.send(new PutCommand({ TableName: deps.table, Item: itemOf(deps, errand) }));
    },
    /** Errands that write, newest first. @param cursor the `next` of the page before. */
    writeBacks: (limit: number, cursor?: Item) => writeBacks(deps, limit, cursor),
  };
}

function itemOf({ now }: ErrandStoreDeps, errand: Errand): Item {
  const isOpen = errand.status === 'open';
  return {
    ...errandKey(errand.number, errand.id),
    ...errand,
    ...(isOpen && { work: errandWork(shardOf(errand.number)), workOrder: errand.dueAt }),
    ...(!isOpen && { expiresAt: expiryOf(now()) }),
    ...(errand.checkboxes.length > 0 && {
      collection: WRITE_BACKS,
      collectionOrder: `${errand.createdAt}#${errand.number}`,
    }),
  };
}

async function add(deps: ErrandStoreDeps, errand: Errand): Promise<void> {
  try {
    await deps.client.send(
      new PutCommand({
        TableName: deps.table,
        Item: itemOf(deps, errand),
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
  }
}

const KEYS_PER_READ = 100;

async function due(deps: ErrandStoreDeps, limit: number): Promise<Errand[]> {
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
    .map((item) => errandSchema.parse(item))
    .filter(({ status, dueAt }) => status === 'open' && dueAt <= now().toISOString());
}

async function dueOf({ client, table, now }: ErrandStoreDeps, shard: number, limit: number) {
  const page = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: WORK_INDEX,
      KeyConditionExpression: '#work = :work AND workOrder <= :now',
      ExpressionAttributeNames: { '#work': 'work' },
      ExpressionAttributeValues: { ':work': errandWork(shard), ':now': now().toISOString() },
      Limit: limit,
    }),
  );
  return (page.Items ?? []).map(({ pk, sk, workOrder }) => ({
    key: { pk: String(pk), sk: String(sk) },
    dueAt: String(workOrder),
  }));
}

async function writeBacks(
  { client, table }: ErrandStoreDeps,
  limit: number,
  cursor?: Item,
): Promise<{ errands: Errand[]; next: Item | undefined }> {
  const { items, next } = await pageOfCollection(client, table, WRITE_BACKS, limit, cursor);
  return { errands: items.map((item) => errandSchema.parse(item)), next };
}
