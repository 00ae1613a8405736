import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { breaksAt, needsOf } from './needs.ts';
import { LARGE, withTables } from './page.ts';
import { settingsOfStack } from './stack-settings.ts';

const stack = settingsOfStack();

test('docs/scale.md is what the stack says: run npm run scale -- --write after changing one', () => {
  const page = readFileSync(new URL('../../../docs/scale.md', import.meta.url), 'utf8');
  expect(page).toBe(withTables(page, stack));
});

test('every setting is read from the template, none is guessed', () => {
  const { priority, ...others } = stack;
  expect(priority.batchSize).toBeGreaterThan(0);
  const read = [others, others.gate, others.bulk].flatMap((settings) => Object.values(settings));
  expect(read.filter((value) => typeof value !== 'object' && !(Number(value) > 0))).toEqual([]);
});

test('a change of the stack changes what it needs', () => {
  const workers = (most: number) =>
    needsOf(LARGE, { ...stack, bulk: { ...stack.bulk, maxConcurrency: most } }).find(({ resource }) =>
      resource.startsWith('workers'),
    );
  expect(workers(20)).toMatchObject({ need: 25, limit: 20 });
  expect(workers(60)).toMatchObject({ need: 25, limit: 60 });
  const callbacks = { ...stack, callbackRate: 100 };
  expect(breaksAt(LARGE, callbacks)).toMatchObject({
    textsPerSecond: 50,
    need: { resource: 'delivery callbacks' },
  });
});
