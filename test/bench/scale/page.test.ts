import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ASSUMED } from './assumptions.ts';
import { LIMITS } from './limits.ts';
import { listsOf } from './lists.ts';
import { breaksAt, needsOf, WRITES_PER_TEXT } from './needs.ts';
import { hasRoom, LARGE, withTables } from './page.ts';
import { settingsOfStack } from './stack-settings.ts';

const stack = settingsOfStack();

test('docs/scale.md is what the stack says: run npm run scale -- --write after changing one', () => {
  const page = readFileSync(new URL('../../../docs/scale.md', import.meta.url), 'utf8');
  expect(page).toBe(withTables(page, stack));
});

test('every setting is read from the template, none is guessed', () => {
  const read = [stack, stack.gate, stack.bulk, stack.priority].flatMap((settings) => Object.values(settings));
  expect(read.filter((value) => typeof value !== 'object' && !(Number(value) > 0))).toEqual([]);
});

test('a change of the stack changes what it needs', () => {
  const workers = (most: number) =>
    needsOf(LARGE, { ...stack, bulk: { ...stack.bulk, maxConcurrency: most } }).find(({ resource }) =>
      resource.startsWith('workers'),
    );
  expect(workers(20)).toMatchObject({ need: 25, limit: 20, change: expect.stringContaining('40') });
  expect(workers(60)).toMatchObject({ need: 25, limit: 60 });
  const callbacks = { ...stack, callbackRate: 100 };
  expect(breaksAt(LARGE, callbacks)).toMatchObject({
    textsPerSecond: 50,
    need: { resource: 'delivery callbacks' },
  });
});

test('what the stack itself sets carries the large organization with room to drain', () => {
  const own = needsOf(LARGE, stack).filter(
    ({ from, resource }) => from.startsWith('the stack') || resource.startsWith('list of conversations'),
  );
  expect(own.map(({ resource }) => resource)).toEqual(
    expect.arrayContaining([
      'delivery callbacks',
      'workers of the bulk lane',
      `list of conversations, per shard of ${stack.conversationShards}`,
    ]),
  );
  expect(own.filter((need) => !hasRoom(need))).toEqual([]);
});

test('where every worker meets a full list of conversations, each waits and none gives up', () => {
  const { priority, bulk, conversationShards } = stack;
  const texts = [priority, bulk].reduce(
    (sum, { batchSize, maxConcurrency }) => sum + batchSize * (maxConcurrency ?? Number.POSITIVE_INFINITY),
    0,
  );
  const perSecond = conversationShards * LIMITS.partitionWrites.value;
  const waitSeconds = (texts * WRITES_PER_TEXT.conversationsList) / perSecond;
  expect(waitSeconds * 1000).toBeLessThan(ASSUMED.retryMilliseconds);
});

test('no list of one partition can be written to faster than it takes', () => {
  for (const { list, writes } of listsOf(LARGE, stack)) {
    expect(writes, list).toBeLessThanOrEqual(LIMITS.partitionWrites.value);
  }
});
