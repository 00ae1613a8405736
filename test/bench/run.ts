import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import pc from 'picocolors';
import { measureBundles } from './bundles.ts';
import type { Figure } from './figure.ts';
import { measureThroughput } from './throughput.ts';

type Progress = (line: string) => void;

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    leads: { type: 'string', default: '1000' },
    /** Names of parts; all of them where none is named. */
    only: { type: 'string', multiple: true },
    /** Keeps the figures under test/bench/results/, with machine and commit. */
    keep: { type: 'boolean', default: false },
  },
});

const PARTS: Readonly<Record<string, (progress: Progress) => Promise<Figure[]>>> = {
  texts: (progress) => measureThroughput(Number(values.leads), progress),
  bundles: measureBundles,
};

const chosen = values.only ?? Object.keys(PARTS);
const unknown = chosen.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(', ')}. Choose from ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}

const figures: Figure[] = [];
for (const name of chosen) {
  figures.push(...((await PARTS[name]?.((line) => console.log(pc.dim(`${name}: ${line}`)))) ?? []));
}

const table = new Table({ head: ['figure', 'value', 'unit', 'aim', ''], style: { head: [], border: [] } });
for (const { name, value, unit, aim, ok } of figures) {
  table.push([name, String(value), unit, aim ?? '', ok === undefined ? '' : ok ? '✓' : '✗']);
}
console.log(table.toString());
if (values.json) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
if (values.keep) console.log(`Kept as ${keep()}`);
process.exit(0);

function keep(): string {
  const at = new Date().toISOString();
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const commit = git('rev-parse', '--short', 'HEAD');
  const changed = git('status', '--porcelain').length > 0;
  const [processor] = cpus();
  const machine = {
    processor: processor?.model,
    cores: cpus().length,
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${at.slice(0, 16).replace(':', '')}-${chosen.join('-')}.json`);
  const command = ['npm run bench --', ...process.argv.slice(2)].join(' ');
  writeFileSync(file, `${JSON.stringify({ at, commit, changed, command, machine, figures }, null, 2)}\n`);
  return file;
}
