import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { Finding } from '../problem.ts';

/** The tables of an organization, in the order in which they are read: consent last, so that no opt-out is older than a text. */
export const TABLES = ['outreach', 'configuration', 'consent'] as const;
export type TableName = (typeof TABLES)[number];
/** The names of the tables in DynamoDB. */
export type TableNames = Readonly<Record<TableName, string>>;

export function tablesOf(prefix: string): TableNames {
  return {
    outreach: `${prefix}-outreach`,
    configuration: `${prefix}-configuration`,
    consent: `${prefix}-consent`,
  };
}

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const tableSchema = z.object({
  /** Every item, those that expire included. */
  items: z.int().nonnegative(),
  /** Of the items that do not expire: how many, and their digest. */
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

/** What a backup consists of. */
export const manifestSchema = z.object({
  version: z.literal(1),
  /** What the names of the tables began with. */
  prefix: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  /** Whether the organization's texts stood still from before the first item was read until after the last. */
  stopped: z.boolean(),
  /** Texts that were handed to Twilio and had no answer yet. */
  claimed: z.int().nonnegative(),
  tables: z.object({ outreach: tableSchema, configuration: tableSchema, consent: tableSchema }),
});
export type Manifest = z.infer<typeof manifestSchema>;
export type TableManifest = z.infer<typeof tableSchema>;

const FILE = 'manifest.json';

/** Written last: a folder without it is no backup. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFile(join(folder, FILE), `${JSON.stringify(manifest, undefined, 2)}\n`, {
    flag: 'wx',
    mode: 0o600,
  });
}

/** @throws Finding when the folder holds no finished backup. */
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
