import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import pc from 'picocolors';
import { needsOf } from './needs.ts';
import { HEAD, hasRoom, LARGE, remarksOf, rowsOf, withTables } from './page.ts';
import { settingsOfStack } from './stack-settings.ts';

const { values } = parseArgs({
  options: {
    numbers: { type: 'string', default: String(LARGE.numbers) },
    'texts-per-second': { type: 'string', default: String(LARGE.textsPerSecond) },
    /** The organization whose stack is measured. */
    organization: { type: 'string', default: 'demo' },
    /** Writes the tables of docs/scale.md. */
    write: { type: 'boolean', default: false },
  },
});

const stack = settingsOfStack(values.organization);
if (values.write) {
  const page = new URL('../../../docs/scale.md', import.meta.url);
  writeFileSync(page, withTables(readFileSync(page, 'utf8'), stack));
  console.log('Wrote docs/scale.md');
} else {
  const organization = {
    numbers: Number(values.numbers),
    textsPerSecond: Number(values['texts-per-second']),
  };
  if (!(organization.numbers > 0 && organization.textsPerSecond > 0)) {
    throw new Error('Give --numbers and --texts-per-second as numbers above 0');
  }
  const needs = needsOf(organization, stack);
  const table = new Table({
    head: HEAD,
    style: { head: [], border: [] },
    wordWrap: true,
    colWidths: [38, 10, 26, 10, 44],
  });
  for (const [index, row] of rowsOf(organization, stack).entries()) {
    const need = needs[index];
    table.push(need && !hasRoom(need) ? row.map((cell) => pc.red(cell)) : row);
  }
  console.log(table.toString());
  for (const remark of remarksOf(organization, stack)) console.log(remark);
  console.log(pc.dim('Sources, settings and assumptions are in docs/scale.md.'));
}
