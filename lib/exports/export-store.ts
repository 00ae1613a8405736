import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { ifConditionHolds } from '../runtime/conditional-writes.ts';
import { type ClockedTableDeps, type Key, readItem, type TableDeps } from '../runtime/dynamodb.ts';
import { putIfAbsent } from '../runtime/item-conditions.ts';
import { EXPORT_DAYS, type Export, exportSchema } from './export.ts';

/** The outreach table. */
const exportKey = (id: string): Key => ({ pk: `EXPORT#${id}`, sk: 'EXPORT' });

/** Stores exports and the worker that holds each of them (S7). */
export type ExportStore = ReturnType<typeof createExportStore>;

/** @param deps.table the outreach table. */
export function createExportStore(deps: ClockedTableDeps) {
  return {
    add: (given: Export) => add(deps, given),
    get: async (id: string): Promise<Export | undefined> => {
      const item = await readItem(deps, exportKey(id));
      return item && exportSchema.parse(item);
    },
    /**
     * Claims an unfinished export for a worker.
     *
     * @param worker id that no other worker has. @param until the end of the worker's life, after which others may claim it.
     * @returns undefined when the export is finished or deleted, or another live worker holds it.
     */
    claim: (id: string, worker: string, until: Date) => claim(deps, id, worker, until),
    /** Saves the progress. @returns false when another worker holds the export: this one must stop. */
    save: (given: Export, worker: string) => save(deps, given, worker),
    /** Saves the progress like `save`, and releases the export for the next worker. */
    release: (given: Export, worker: string) => save(deps, given, worker, ['worker', 'workerUntil']),
  };
}

async function add({ client, table }: TableDeps, given: Export): Promise<void> {
  const expiresAt = Math.ceil(Date.parse(given.createdAt) / 1000) + EXPORT_DAYS * 86_400;
  await client.send(new PutCommand(putIfAbsent(table, { ...exportKey(given.id), ...given, expiresAt })));
}

async function claim(
  { client, table, now }: ClockedTableDeps,
  id: string,
  worker: string,
  until: Date,
): Promise<Export | undefined> {
  const update = new UpdateCommand({
    TableName: table,
    Key: exportKey(id),
    ConditionExpression:
      '#state IN (:queued, :running) AND (attribute_not_exists(workerUntil) OR workerUntil < :now)',
    UpdateExpression: 'SET #state = :running, worker = :worker, workerUntil = :until, updatedAt = :now',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':queued': 'queued',
      ':running': 'running',
      ':worker': worker,
      ':until': until.toISOString(),
      ':now': now().toISOString(),
    },
    ReturnValues: 'ALL_NEW',
  });
  const answer = await ifConditionHolds(client.send(update));
  return answer && exportSchema.parse(answer.Attributes);
}

/** The fields that a worker changes. */
const PROGRESS = [
  'state',
  'numbers',
  'events',
  'bytes',
  'faults',
  'reason',
  'uploadId',
  'parts',
  'position',
] as const;

async function save(
  { client, table, now }: ClockedTableDeps,
  given: Export,
  worker: string,
  released: readonly string[] = [],
): Promise<boolean> {
  const changed = PROGRESS.filter((name) => given[name] !== undefined);
  const removed = [...PROGRESS.filter((name) => given[name] === undefined), ...released];
  const sets = [...changed.map((name) => `#${name} = :${name}`), 'updatedAt = :now'].join(', ');
  const removes = removed.map((name) => `#${name}`).join(', ');
  const update = new UpdateCommand({
    TableName: table,
    Key: exportKey(given.id),
    ConditionExpression: 'worker = :worker',
    UpdateExpression: `SET ${sets}${removes && ` REMOVE ${removes}`}`,
    ExpressionAttributeNames: Object.fromEntries([...changed, ...removed].map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(changed.map((name) => [`:${name}`, given[name]])),
      ':worker': worker,
      ':now': now().toISOString(),
    },
  });
  return (await ifConditionHolds(client.send(update))) !== undefined;
}
