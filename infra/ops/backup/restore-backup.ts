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
  /** What the names of the new tables begin with. */
  readonly prefix: string;
  readonly folder: string;
  /** Goes on with a restore that was interrupted: the tables need not be empty. */
  readonly again?: boolean;
  /** Takes how many items were written, or read for the comparison, since the last call. */
  readonly onItems?: (items: number) => void;
}

/** What one request writes at most. */
const BATCH = 25;
const ROUNDS = 12;
const SEGMENTS = 4;

/**
 * Refuses tables into which nothing may be restored: those that hold something, and those whose changes are followed, since
 * every restored event would be answered, told to Twilio and published as if it had just happened.
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
 * Writes every item of a backup as it was, then reads all of it back and compares: no item more, no item less, none different.
 *
 * @throws Finding when what was read back differs.
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

/** @throws EnvironmentProblem when DynamoDB still takes no more after many rounds. */
async function writeBatch(dynamodb: DynamoDBClient, table: string, batch: WriteRequest[]): Promise<void> {
  let left: Record<string, WriteRequest[]> = { [table]: batch };
  for (let round = 0; Object.keys(left).length > 0; round++) {
    if (round === ROUNDS)
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
