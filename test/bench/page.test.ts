import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PAGE, page } from './page.ts';

test('docs/performance.md is what was measured last: run npm run bench -- --page after keeping a run', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(page());
});
