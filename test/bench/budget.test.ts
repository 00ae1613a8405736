import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BUDGET, bundleFunctions } from './bundles.ts';

/** A bundle below this share of its budget has shrunk, and the budget should follow. */
const LOOSE = 0.85;

test('every function’s bundle keeps to test/bench/budget.json, and the budget keeps to the bundle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sendgate-budget-'));
  try {
    const files = bundleFunctions(folder);
    expect([...files.keys()]).toEqual(Object.keys(BUDGET).toSorted());
    for (const [name, file] of files) {
      const kibibytes = statSync(file).size / 1024;
      const most = BUDGET[name] ?? 0;
      expect(
        kibibytes,
        `${name} is larger than its budget: say in budget.json why it may be`,
      ).toBeLessThanOrEqual(most);
      expect(kibibytes, `${name} got smaller: lower its budget`).toBeGreaterThan(most * LOOSE);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 180_000);
