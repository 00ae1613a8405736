import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inChunks } from '../../../lib/runtime/chunks.ts';
import { mapConcurrently } from '../../../lib/runtime/concurrency.ts';

const items = fc.array(fc.integer(), { maxLength: 60 });
const size = fc.integer({ min: 1, max: 12 });

it('chunks hold every item once, in order, and all but the last are full', () => {
  fc.assert(
    fc.property(items, size, (all, most) => {
      const chunks = inChunks(all, most);
      expect(chunks.flat()).toEqual(all);
      expect(chunks.slice(0, -1).every((chunk) => chunk.length === most)).toBe(true);
      expect(chunks.every((chunk) => chunk.length > 0 && chunk.length <= most)).toBe(true);
    }),
  );
});

it('many items are worked on once each, never more at a time than allowed, and answered in their order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), items, size, async (scheduler, all, atOnce) => {
      let running = 0;
      let most = 0;
      const answer = scheduler.scheduleFunction(async (item: number) => item * 2);
      const results = mapConcurrently(all, atOnce, async (item) => {
        most = Math.max(most, ++running);
        const result = await answer(item);
        running--;
        return result;
      });
      expect(await scheduler.waitFor(results)).toEqual(all.map((item) => item * 2));
      expect(most).toBe(Math.min(atOnce, all.length));
    }),
    { numRuns: 200 },
  );
});

it('after an error no further item begins', async () => {
  await fc.assert(
    fc.asyncProperty(size, fc.nat({ max: 40 }), async (atOnce, failing) => {
      const begun: number[] = [];
      const indexes = Array.from({ length: 60 }, (_, index) => index);
      const work = mapConcurrently(indexes, atOnce, async (index) => {
        begun.push(index);
        await Promise.resolve();
        if (index === failing) throw new Error('away');
      });
      await expect(work).rejects.toThrow('away');
      await new Promise((resolve) => setImmediate(resolve));
      expect(begun.length).toBeLessThanOrEqual(failing + atOnce);
    }),
  );
});
