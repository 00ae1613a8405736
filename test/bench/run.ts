import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import pc from 'picocolors';
import { exportFormats } from '../../lib/exports/export.ts';
import type { Figure } from './figure.ts';
import { writePage } from './page.ts';
import { PARTS, type PartMessage, type PartName, type PartOptions } from './part.ts';
import { keepResult } from './results.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    /** Number of texts in one round of `texts`. */
    leads: { type: 'string', default: '1000' },
    /** Numbers of waiting leads in `waiting`, which always begins with none; comma-separated, ascending. */
    waiting: { type: 'string', default: '100000' },
    /** Number of leads woken in `waking`. */
    woken: { type: 'string', default: '5000' },
    /** Number of broadcast texts queued in `lanes`. */
    queued: { type: 'string', default: '15000' },
    /** Numbers of due texts in `linear`; comma-separated, ascending. */
    due: { type: 'string', default: '1000,10000' },
    /** Number of phone numbers in the registry in `lists`, which first measures with a tenth of them. */
    numbers: { type: 'string', default: '20000' },
    /** Number of rows imported in `lists`; as many as there are numbers, when absent. */
    rows: { type: 'string' },
    /** Formats of the exports in `lists`; both, when absent. */
    format: { type: 'string', multiple: true },
    /** Names of the parts to run; all parts when absent. */
    only: { type: 'string', multiple: true },
    /** Keeps the figures under test/bench/results/, with machine and commit, and rewrites docs/performance.md. */
    keep: { type: 'boolean', default: false },
    /** Rewrites docs/performance.md from the kept figures, without measuring. */
    page: { type: 'boolean', default: false },
  },
});

if (values.page) {
  writePage();
  process.exit(0);
}
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
  numbers: Number(values.numbers),
  rows: Number(values.rows ?? values.numbers),
  formats: exportFormats.filter((format) => values.format?.includes(format) ?? true),
};
const command = ['npm run bench --', ...process.argv.slice(2)].join(' ');
const figures: Figure[] = [];
for (const part of chosen) {
  const measured = await runPart(part);
  figures.push(...measured);
  if (values.keep) console.log(`Kept as ${keepResult(part, measured, command)}`);
}
if (values.keep) writePage();

const table = new Table({ head: ['figure', 'value', 'unit', 'aim', ''], style: { head: [], border: [] } });
for (const { name, value, unit, aim, ok } of figures) {
  table.push([name, String(value), unit, aim ?? '', ok === undefined ? '' : ok ? '✓' : '✗']);
}
console.log(table.toString());
if (values.json) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
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
