import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import pc from 'picocolors';
import { measureBundles } from './bundles.ts';
import type { Figure } from './figure.ts';
import { measureThroughput } from './throughput.ts';

const { values } = parseArgs({
  options: { json: { type: 'string' }, leads: { type: 'string', default: '1000' } },
});

const figures: Figure[] = [
  ...(await measureThroughput(Number(values.leads), (line) => console.log(pc.dim(line)))),
  ...(await measureBundles((line) => console.log(pc.dim(line)))),
];

const table = new Table({ head: ['figure', 'value', 'unit', 'aim', ''], style: { head: [], border: [] } });
for (const { name, value, unit, aim, ok } of figures) {
  table.push([name, String(value), unit, aim ?? '', ok === undefined ? '' : ok ? '✓' : '✗']);
}
console.log(table.toString());
if (values.json) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
process.exit(0);
