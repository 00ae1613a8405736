import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createConfiguration } from '../../../lib/configuration/configuration.ts';
import { MESSAGE_SORT_KEY } from '../../../lib/messaging/message-items.ts';
import { createDocumentClient } from '../../../lib/runtime/dynamodb.ts';
import { UsageProblem } from '../problem.ts';
import { createDigest, isDurable, lineOf, type StoredItem } from './item-lines.ts';
import {
  type Manifest,
  TABLES,
  type TableManifest,
  type TableNames,
  tablesOf,
  writeManifest,
} from './manifest.ts';
import { pagesOf } from './scan.ts';

export interface BackupOptions {
  readonly dynamodb: DynamoDBClient;
  /** The prefix of the tables' names, such as `sendgate-acme`. */
  readonly prefix: string;
  /** The folder of the backup. It must not exist, or be empty. */
  readonly folder: string;
  /** The number of parts in which a table is read at once. */
  readonly segments: number;
  readonly now: () => Date;
  /** Gets the number of items that were read since its last call. */
  readonly onRead?: (items: number) => void;
}

type File = TableManifest['files'][number];

/**
 * Writes an organization's tables into a folder: an NDJSON file per segment of each table, and a manifest of counts and hashes.
 * Keeps one page of each segment in memory. Only the owner of the files can read them.
 *
 * @throws UsageProblem when the folder is not empty.
 */
export async function takeBackup(options: BackupOptions): Promise<Manifest> {
  const { prefix, folder, now } = options;
  const names = tablesOf(prefix);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) {
    throw new UsageProblem(`${folder} holds something already: give --out a new directory.`);
  }
  const startedAt = now().toISOString();
  const wasStopped = await isStopped(options, names);
  const tables: Partial<Record<keyof TableNames, TableManifest>> = {};
  let claimed = 0;
  for (const table of TABLES) {
    tables[table] = await backUpTable(options, table, names[table], (item) => {
      if (isClaimed(item)) claimed++;
    });
  }
  const manifest: Manifest = {
    version: 1,
    prefix,
    startedAt,
    endedAt: now().toISOString(),
    stopped: wasStopped && (await isStopped(options, names)),
    claimed,
    tables: tables as Manifest['tables'],
  };
  await writeManifest(folder, manifest);
  return manifest;
}

/** Checks whether the setting `a2pVerified` is off, which holds every text (C8). */
async function isStopped({ dynamodb, prefix, now }: BackupOptions, names: TableNames): Promise<boolean> {
  const client = createDocumentClient(dynamodb);
  const configuration = createConfiguration({
    client,
    table: names.configuration,
    organization: prefix,
    now,
  });
  return !(await configuration.settings()).a2pVerified;
}

function isClaimed({ sk, status }: StoredItem): boolean {
  return sk?.S === MESSAGE_SORT_KEY && status?.S === 'claimed';
}

async function backUpTable(
  options: BackupOptions,
  table: string,
  name: string,
  onItem: (item: StoredItem) => void,
): Promise<TableManifest> {
  const digest = createDigest();
  const durable = { items: 0 };
  const files = await Promise.all(
    Array.from({ length: options.segments }, (_, segment) =>
      backUpSegment(options, { table, name, segment }, (item, line) => {
        onItem(item);
        if (!isDurable(item)) return;
        durable.items++;
        digest.add(line);
      }),
    ),
  );
  return {
    items: files.reduce((sum, { items }) => sum + items, 0),
    durable: { ...durable, digest: digest.value() },
    files,
  };
}

async function backUpSegment(
  { dynamodb, folder, segments, onRead = () => {} }: BackupOptions,
  { table, name, segment }: { readonly table: string; readonly name: string; readonly segment: number },
  onItem: (item: StoredItem, line: string) => void,
): Promise<File> {
  const fileName = `${table}-${segment}.ndjson`;
  const hash = createHash('sha256');
  const file = { items: 0, bytes: 0 };
  let handle: FileHandle | undefined;
  try {
    handle = await open(join(folder, fileName), 'wx', 0o600);
    for await (const items of pagesOf(dynamodb, name, segment, segments)) {
      const lines = items.map((item) => {
        const line = lineOf(item);
        onItem(item, line);
        return `${line}\n`;
      });
      const bytes = Buffer.from(lines.join(''));
      await handle.writeFile(bytes);
      hash.update(bytes);
      file.items += items.length;
      file.bytes += bytes.length;
      onRead(items.length);
    }
    await handle.sync();
  } finally {
    await handle?.close();
  }
  return { name: fileName, ...file, sha256: hash.digest('hex') };
}
