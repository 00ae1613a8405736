import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { Finding } from '../problem.ts';

/** The tables of an organization in reading order. Consent is read last, so that it is never older than the texts. */
export const TABLES = ['outreach', 'configuration', 'consent'] as const;
export type TableName = (typeof TABLES)[number];
/** The tables' names in DynamoDB. */
export type TableNames = Readonly<Record<TableName, string>>;

/** Returns the tables' names in DynamoDB. @param prefix `sendgate-<organization>`. */
export function tablesOf(prefix: string): TableNames {
  return {
    outreach: `${prefix}-outreach`,
    configuration: `${prefix}-configuration`,
    consent: `${prefix}-consent`,
  };
}

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const tableSchema = z.object({
  /** The number of items, those that expire included. */
  items: z.int().nonnegative(),
  /** The number and the digest of the items that do not expire. */
  durable: z.object({ items: z.int().nonnegative(), digest: hex }),
  files: z.array(
    z.object({
      name: z.string().regex(/^[a-z]+-\d+\.ndjson$/),
      items: z.int().nonnegative(),
      bytes: z.int().nonnegative(),
      sha256: hex,
    }),
  ),
});

/** Lists the files of a backup with their hashes, and says when and how it was taken. */
export const manifestSchema = z.object({
  version: z.literal(1),
  /** The prefix of the tables' names. */
  prefix: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  /** True when no text could leave, from before the first item was read until after the last. */
  stopped: z.boolean(),
  /** The number of claimed texts, to which Twilio had not answered yet. */
  claimed: z.int().nonnegative(),
  tables: z.object({ outreach: tableSchema, configuration: tableSchema, consent: tableSchema }),
});
export type Manifest = z.infer<typeof manifestSchema>;
export type TableManifest = z.infer<typeof tableSchema>;

const FILE = 'manifest.json';

/** Writes the manifest, last of all files. A folder without it is no backup. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFile(join(folder, FILE), `${JSON.stringify(manifest, undefined, 2)}\n`, {
    flag: 'wx',
    mode: 0o600,
  });
}

/** Reads the manifest. @throws Finding when the folder holds no finished backup. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, FILE), 'utf8').catch(() => {
    throw new Finding(`${folder} holds no finished backup: ${FILE} is missing.`);
  });
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    throw new Finding(`${FILE} is none that npm run backup wrote: it was altered or cut off.`);
  }
}
