import Table from 'cli-table3';
import type { TestModule } from 'vitest/node';
import type { FaultResult } from './fault-result.ts';

/** Prints the table of the tests' results when all tests are done. */
export class TableReporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    process.stdout.write(`\n${tableOf(tests.flatMap((test) => test.meta().faultResult ?? []))}\n`);
  }
}

function tableOf(results: readonly FaultResult[]): string {
  const table = new Table({
    head: ['fault', 'injected', 'due', 'sent', 'held', 'doubled', 'lost', 'past a STOP', 'settled in'],
    style: { head: [], border: [] },
    colAligns: ['left', ...Array<'right'>(8).fill('right')],
  });
  for (const { title, injected, due, sent, held, doubled, lost, forbidden, settledSeconds } of results) {
    const minutes = `${Math.ceil(settledSeconds / 60)} min`;
    table.push([title, injected, due, sent, held, doubled, lost, forbidden, minutes].map(String));
  }
  return table.toString();
}
