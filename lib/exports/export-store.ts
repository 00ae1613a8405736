import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Item, isConditionFailure, type Key } from '../runtime/dynamodb.ts';
import { EXPORT_DAYS, type Export, exportSchema } from './export.ts';

export interface ExportStoreDeps {
  readonly client: DynamoDBDocumentClient;
  /** The outreach table. */
  readonly table: string;
  readonly now: () => Date;
}

/** Key of an export in the outreach table. No other file spells it. */
const exportKey = (id: string): Key => ({ pk: `EXPORT#${id}`, sk: 'EXPORT' });

/** Stores exports and the worker that holds each of them (S7). */
export type ExportStore = ReturnType<typeof createExportStore>;

export function createExportStore(deps: ExportStoreDeps) {
  return {
    add: (given: Export) => add(deps, given),
    get: async (id: string): Promise<Export | undefined> => {
      const key = { TableName: deps.table, Key: exportKey(id), ConsistentRead: true };
      const { Item } = await deps.client.send(new GetCommand(key));
      return Item && exportSchema.parse(Item);
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

async function add({ client, table }: ExportStoreDeps, given: Export): Promise<void> {
  const expiresAt = Math.ceil(Date.parse(given.createdAt) / 1000) + EXPORT_DAYS * 86_400;
  await client.send(
    new PutCommand({
      TableName: table,
      Item: { ...exportKey(given.id), ...given, expiresAt },
      ConditionExpression: 'attribute_not_exists(pk)',
    }),
  );
}

async function claim(
  { client, table, now }: ExportStoreDeps,
  id: string,
  worker: string,
  until: Date,
): Promise<Export | undefined> {
  try {
    const answer = await client.send(
      new UpdateCommand({
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
      }),
    );
    return exportSchema.parse(answer.Attributes as Item);
  } catch (error) {
    if (isConditionFailure(error)) return undefined;
    throw error;
  }
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
  { client, table, now }: ExportStoreDeps,
  given: Export,
  worker: string,
  released: readonly string[] = [],
): Promise<boolean> {
  const changed = PROGRESS.filter((name) => given[name] !== undefined);
  const removed = [...PROGRESS.filter((name) => given[name] === undefined), ...released];
  const sets = [...changed.map((name) => `#${name} = :${name}`), 'updatedAt = :now'].join(', ');
  const removes = removed.map((name) => `#${name}`).join(', ');
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: exportKey(given.id),
        ConditionExpression: 'worker = :worker',
        UpdateExpression: `SET ${sets}${removes && ` REMOVE ${removes}`}`,
        ExpressionAttributeNames: Object.fromEntries(
          [...changed, ...removed].map((name) => [`#${name}`, name]),
        ),
        ExpressionAttributeValues: {
          ...Object.fromEntries(changed.map((name) => [`:${name}`, given[name]])),
          ':worker': worker,
          ':now': now().toISOString(),
        },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}
