import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { Figure } from './figure.ts';
import { PARTS, type PartName } from './part.ts';

const FOLDER = join(import.meta.dirname, 'results');

const resultSchema = z.object({
  part: z.enum(PARTS),
  at: z.iso.datetime(),
  commit: z.string(),
  /** True when the working tree had uncommitted changes. */
  changed: z.boolean(),
  command: z.string(),
  /** A remark on the run, written by hand. */
  remark: z.string().optional(),
  machine: z.object({
    processor: z.string().optional(),
    cores: z.int(),
    memoryGibibytes: z.int(),
    node: z.string(),
  }),
  figures: z.array(
    z.object({
      name: z.string(),
      value: z.number(),
      unit: z.string(),
      aim: z.string().optional(),
      ok: z.boolean().optional(),
    }),
  ),
});
/** The figures of one run of one part, and the machine and commit of the run. */
export type Result = z.infer<typeof resultSchema>;

/** Writes the figures of a part to a new file beside the earlier ones. @returns the file's path. */
export function keepResult(part: PartName, figures: readonly Figure[], command: string): string {
  const at = new Date().toISOString();
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const result: Result = resultSchema.parse({
    part,
    at,
    commit: git('rev-parse', '--short', 'HEAD'),
    changed: git('status', '--porcelain', '--', ':!test/bench/results').length > 0,
    command,
    machine: {
      processor: cpus()[0]?.model,
      cores: cpus().length,
      memoryGibibytes: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
    figures,
  });
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${at.slice(0, 16).replace(':', '')}-${part}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}

/** Reads the newest kept run of each part, in the order of the parts. */
export function newestResults(): Result[] {
  const all = globSync('*.json', { cwd: FOLDER })
    .toSorted()
    .map((file) => resultSchema.parse(JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))));
  return PARTS.flatMap((part) => all.findLast((result) => result.part === part) ?? []);
}
