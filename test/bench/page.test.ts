import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PAGE, performancePage } from './page.ts';
import { PARTS } from './part.ts';
import { newestResults } from './results.ts';

test('docs/performance.md is what was measured last: run npm run bench -- --page after keeping a run', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(performancePage());
});

test('a run of every part of the bench is kept, and none of its figures missed its aim', () => {
  expect(newestResults().map(({ part }) => part)).toEqual([...PARTS]);
  const missed = newestResults().flatMap(({ part, figures }) =>
    figures.filter(({ ok }) => ok === false).map(({ name }) => `${part}: ${name}`),
  );
  expect(missed).toEqual([]);
});
