import Table from 'cli-table3';
import type { TestModule } from 'vitest/node';
import type { Row } from './rows.ts';

/** Prints the rows that the tests left, when all are done. */
export class TableReporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    process.stdout.write(`\n${tableOf(tests.flatMap((test) => test.meta().row ?? []))}\n`);
  }
}

function tableOf(rows: readonly Row[]): string {
  const table = new Table({
    head: ['fault', 'injected', 'due', 'sent', 'held', 'doubled', 'lost', 'past a STOP', 'settled in'],
    style: { head: [], border: [] },
    colAligns: ['left', ...Array<'right'>(8).fill('right')],
  });
  for (const { fault, injected, due, sent, held, doubled, lost, forbidden, settledSeconds } of rows) {
    const minutes = `${Math.ceil(settledSeconds / 60)} min`;
    table.push([fault, injected, due, sent, held, doubled, lost, forbidden, minutes].map(String));
  }
  return table.toString();
}
