import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import pc from 'picocolors';
import type { Figure } from './figure.ts';
import { PARTS, type PartMessage, type PartName, type PartOptions } from './part.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    /** Texts of one round of `texts`. */
    leads: { type: 'string', default: '1000' },
    /** How many wait in `waiting`, beside none; comma-separated, ascending. */
    waiting: { type: 'string', default: '100000' },
    /** How many are woken in `waking`. */
    woken: { type: 'string', default: '5000' },
    /** How many broadcast texts are queued in `lanes`. */
    queued: { type: 'string', default: '15000' },
    /** How many are due in `linear`; comma-separated, ascending. */
    due: { type: 'string', default: '1000,10000' },
    /** Names of parts; all of them where none is named. */
    only: { type: 'string', multiple: true },
    /** Keeps the figures under test/bench/results/, with machine and commit. */
    keep: { type: 'boolean', default: false },
  },
});

const chosen = (values.only ?? PARTS).map((name) => {
  const part = PARTS.find((known) => known === name);
  if (!part) throw new Error(`There is no part ${name}. Choose from ${PARTS.join(', ')}.`);
  return part;
});
const options: PartOptions = {
  leads: Number(values.leads),
  waiting: [0, ...numbersIn(values.waiting)],
  woken: Number(values.woken),
  queued: Number(values.queued),
  due: numbersIn(values.due),
};
const figures: Figure[] = [];
for (const part of chosen) figures.push(...(await runPart(part)));

const table = new Table({ head: ['figure', 'value', 'unit', 'aim', ''], style: { head: [], border: [] } });
for (const { name, value, unit, aim, ok } of figures) {
  table.push([name, String(value), unit, aim ?? '', ok === undefined ? '' : ok ? '✓' : '✗']);
}
console.log(table.toString());
if (values.json) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
if (values.keep) console.log(`Kept as ${keep()}`);
process.exit(0);

function numbersIn(list: string): number[] {
  return list.split(',').map(Number);
}

async function runPart(part: PartName): Promise<readonly Figure[]> {
  const file = join(import.meta.dirname, 'part-process.ts');
  const child = fork(file, [part, JSON.stringify(options)], { execArgv: ['--expose-gc'] });
  let measured: readonly Figure[] | undefined;
  child.on('message', (message: PartMessage) => {
    if ('figures' in message) measured = message.figures;
    else console.log(pc.dim(`${part}: ${message.line}`));
  });
  await once(child, 'exit');
  if (!measured) throw new Error(`${part} ended without figures`);
  return measured;
}

function keep(): string {
  const at = new Date().toISOString();
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const commit = git('rev-parse', '--short', 'HEAD');
  const changed = git('status', '--porcelain', '--', ':!test/bench/results').length > 0;
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
