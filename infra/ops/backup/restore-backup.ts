import { join } from 'node:path';
import {
  BatchWriteItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ScanCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { pauseBeforeRetry } from '../../../lib/runtime/dynamodb.ts';
import { EnvironmentProblem, Finding } from '../problem.ts';
import { createDigest, isDurable, itemOf, lineOf } from './item-lines.ts';
import { linesOf } from './lines.ts';
import { type Manifest, TABLES, type TableNames, tablesOf } from './manifest.ts';
import { pagesOf } from './scan.ts';

export interface RestoreOptions {
  readonly dynamodb: DynamoDBClient;
  /** The prefix of the new tables' names. */
  readonly prefix: string;
  readonly folder: string;
  /** Goes on with an interrupted restore, so that the tables need not be empty. */
  readonly again?: boolean;
  /** Gets the number of items that were written, or read for the comparison, since its last call. */
  readonly onItems?: (items: number) => void;
}

/** One request writes this many items at most. */
const BATCH = 25;
/** A batch is sent again, up to this many times in all, while DynamoDB leaves items unprocessed. */
const MAXIMUM_ROUNDS = 12;
const SEGMENTS = 4;

/**
 * Checks that a backup may be restored into some tables. They must be empty, and nothing may follow their changes. Otherwise each
 * restored event would be answered, reported to Twilio and published like a new one.
 *
 * @throws Finding saying what to do.
 */
export async function checkTarget({ dynamodb, prefix, again = false }: RestoreOptions): Promise<void> {
  for (const name of Object.values(tablesOf(prefix))) {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: name }));
    if (Table?.StreamSpecification?.StreamEnabled) {
      throw new Finding(
        `The changes of ${name} are followed: restored events would be acted on as new ones. Deploy the stack with ` +
          '`standby: true` first (infra/organizations).',
      );
    }
    if (again) continue;
    const { Items = [] } = await dynamodb.send(
      new ScanCommand({ TableName: name, Limit: 1, ConsistentRead: true }),
    );
    if (Items.length > 0) {
      throw new Finding(
        `${name} holds something already: restore into a fresh stack, or give --again to go on with a restore that was interrupted.`,
      );
    }
  }
}

/**
 * Writes every item of a backup unchanged, then reads all items back and compares them with the backup.
 *
 * @throws Finding when an item is missing, added or different.
 */
export async function restoreBackup(options: RestoreOptions, manifest: Manifest): Promise<void> {
  const names = tablesOf(options.prefix);
  for (const table of TABLES) {
    await Promise.all(
      manifest.tables[table].files.map((file) => restoreFile(options, names[table], file.name)),
    );
  }
  for (const table of TABLES) await compare(options, names, table, manifest);
}

async function restoreFile(
  { dynamodb, folder, onItems = () => {} }: RestoreOptions,
  table: string,
  name: string,
) {
  let batch: WriteRequest[] = [];
  const write = async () => {
    await writeBatch(dynamodb, table, batch);
    onItems(batch.length);
    batch = [];
  };
  for await (const line of linesOf(join(folder, name))) {
    batch.push({ PutRequest: { Item: itemOf(line) } });
    if (batch.length === BATCH) await write();
  }
  if (batch.length > 0) await write();
}

/** Writes one batch. @throws EnvironmentProblem when DynamoDB leaves items unprocessed in every round. */
async function writeBatch(dynamodb: DynamoDBClient, table: string, batch: WriteRequest[]): Promise<void> {
  let left: Record<string, WriteRequest[]> = { [table]: batch };
  for (let round = 0; Object.keys(left).length > 0; round++) {
    if (round === MAXIMUM_ROUNDS)
      throw new EnvironmentProblem(`DynamoDB takes no more items of ${table}: try again with --again`);
    if (round > 0) await pauseBeforeRetry(round + 2);
    const answer = await dynamodb.send(new BatchWriteItemCommand({ RequestItems: left }));
    left = answer.UnprocessedItems ?? {};
  }
}

async function compare(
  { dynamodb, onItems = () => {} }: RestoreOptions,
  names: TableNames,
  table: keyof TableNames,
  { tables }: Manifest,
): Promise<void> {
  const digest = createDigest();
  let items = 0;
  const segments = Array.from({ length: SEGMENTS }, async (_, segment) => {
    for await (const page of pagesOf(dynamodb, names[table], segment, SEGMENTS)) {
      for (const item of page.filter(isDurable)) {
        digest.add(lineOf(item));
        items++;
      }
      onItems(page.length);
    }
  });
  await Promise.all(segments);
  const { durable } = tables[table];
  if (items === durable.items && digest.value() === durable.digest) return;
  throw new Finding(
    `${names[table]} is not what was backed up: ${items} items instead of ${durable.items}, or items that differ. ` +
      'Somebody wrote to it meanwhile: restore into another fresh stack.',
  );
}
