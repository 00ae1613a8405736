import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeNewest } from '../../../lib/conversations/newest.ts';

interface Entry {
  readonly place: string;
}

/** Generates entries that often share a time stamp and differ by number, spread over shards at random. */
const spread = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 2 })), {
  maxLength: 80,
});

/** Answers for a shard as DynamoDB does: at most `maximum` entries, now and then fewer because of their size. */
function answer(shard: readonly Entry[], below: string | undefined, maximum: number) {
  const from = shard.filter(({ place }) => below === undefined || place < below);
  const sorted = from.toSorted((a, b) => (a.place < b.place ? 1 : -1));
  return { entries: sorted.slice(0, maximum), isLast: sorted.length <= maximum };
}

test('B5 page by page, every conversation is shown once, newest first, in any shards and with answers of any length', () => {
  fc.assert(
    fc.property(
      spread,
      fc.integer({ min: 1, max: 12 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 12 })),
      (made, limit, sizes) => {
        const all = made.map(([moment, shard], index) => ({ place: `${moment}#${index + 100}`, shard }));
        const shards = [0, 1, 2].map((one) => all.filter(({ shard }) => shard === one));
        const shown: string[] = [];
        let below: string | undefined;
        do {
          const answers = shards.map((shard) => answer(shard, below, Math.min(limit, sizes.next().value)));
          const page = mergeNewest<Entry>(answers, limit);
          expect(page.entries.length).toBeLessThanOrEqual(limit);
          shown.push(...page.entries.map(({ place }) => place));
          // A client would page forever if an empty page named a next one.
          if (page.next !== undefined) expect(page.entries.length).toBeGreaterThan(0);
          below = page.next;
        } while (below !== undefined);
        const places = all.map(({ place }) => place);
        expect(shown).toEqual(places.toSorted().toReversed());
      },
    ),
    { numRuns: 500 },
  );
});
