import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CrmDeps } from '../../../functions/crm-lookup/crm-deps.ts';
import { lookUpWaiting, NUMBERS_AT_ONCE } from '../../../functions/crm-lookup/look-up-waiting.ts';
import { initialState } from '../../../lib/consent/state.ts';
import type { Lookup } from '../../../lib/crm/lookup-store.ts';
import { defaultCrmPreferences } from '../../../lib/crm/preferences.ts';
import { SalesforceProblem } from '../../../lib/crm/salesforce.ts';
import type { SweepPosition } from '../../../lib/crm/status-store.ts';
import { SHARDS } from '../../../lib/tables/outreach.ts';

const NOW = new Date('2026-11-20T15:00:00.000Z');
const MAPPINGS = [{ id: '1', checkbox: 1, object: 'Prospect', field: 'SMS_Opt_In__c' }];
const FIELD = { label: '', updateable: true, filterable: true, referenceTo: [] };
const PROSPECT = {
  name: 'i360__Prospect__c',
  label: 'Prospect',
  queryable: true,
  updateable: true,
  fields: [
    { ...FIELD, name: 'i360__Home_Phone__c', type: 'phone' },
    { ...FIELD, name: 'SMS_Opt_In__c', type: 'boolean' },
  ],
};

/** Creates waiting leads in each shard. Every third number needs no look-up, since its consent is known. */
function organizationOf(waiting: readonly number[], answers: () => boolean) {
  const numbers = waiting.map((count, shard) =>
    Array.from({ length: count }, (_, index) => `+1303${shard + 2}${String(index).padStart(6, '0')}`),
  );
  const isDue = (number: string) => Number(number) % 3 !== 0;
  const seen = new Map<string, Lookup>();
  const sizes: number[] = [];
  let position: SweepPosition = { shard: 0 };
  /** Lists the due numbers before the next run's start that were not looked up. There may be none. */
  const leftBehind = (): string[] => {
    const passed = numbers.flatMap((ofShard, shard) => {
      if (shard !== position.shard) return shard < position.shard ? ofShard : [];
      return ofShard.slice(0, Number(position.cursor?.['at'] ?? 0));
    });
    return passed.filter((number) => isDue(number) && !seen.has(number));
  };
  const deps = {
    now: () => NOW,
    salesforce: {
      query: async (statements: readonly string[]) => {
        if (!answers()) throw new SalesforceProblem('unavailable', 'no answer');
        return statements.map(() => ({ rows: [] }));
      },
    },
    descriptions: { get: async () => PROSPECT },
    lookups: {
      getMany: async (few: readonly string[]) =>
        new Map([...seen].filter(([number]) => few.includes(number))),
      ownWrites: async () => new Map(),
      put: async (lookups: readonly Lookup[]) => {
        sizes.push(lookups.length);
        for (const lookup of lookups) {
          expect(seen.has(lookup.number)).toBe(false);
          seen.set(lookup.number, lookup);
        }
      },
    },
    registry: {
      loadSnapshots: async () => [],
      readMany: async (few: readonly string[]) =>
        new Map(
          few.map((number) => [
            number,
            { ...initialState(number), status: isDue(number) ? ('none' as const) : ('opted_in' as const) },
          ]),
        ),
    },
    index: {
      waiting: async (shard: number, limit: number, cursor?: Record<string, unknown>) => {
        const ofShard = numbers[shard] ?? [];
        const at = Number(cursor?.['at'] ?? 0) + limit;
        const entries = ofShard.slice(at - limit, at).map((number) => ({ number }));
        return { entries, next: at < ofShard.length ? { at } : undefined };
      },
    },
    status: {
      position: async () => position,
      movePosition: async (moved: SweepPosition) => {
        // The round is complete, and the next one begins.
        if (moved.shard < position.shard) expect(leftBehind()).toEqual([]);
        position = moved;
        expect(leftBehind()).toEqual([]);
      },
    },
  };
  return {
    deps: deps as unknown as CrmDeps,
    seen,
    sizes,
    due: numbers.flat().filter(isDue),
  };
}

test('H6 however runs end, nobody who waits is passed over and nobody is looked up twice within the interval', async () => {
  const shards = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: SHARDS, maxLength: SHARDS });
  const ends = fc.infiniteStream(fc.integer({ min: 0, max: 3 }));
  await fc.assert(
    fc.asyncProperty(shards, ends, async (waiting, chance) => {
      const next = () => chance.next().value;
      const { deps, seen, sizes, due } = organizationOf(waiting, () => next() > 0);
      for (let run = 0; run < 60 && seen.size < due.length; run++) {
        const counts = { lookedUp: 0, optIns: 0, written: 0, failed: 0 };
        // A run without an answer ends in the middle of a page; a run short of time ends between two pages.
        await lookUpWaiting(deps, defaultCrmPreferences, MAPPINGS, counts, () => next() > 0).catch(
          (error) => {
            if (!(error instanceof SalesforceProblem)) throw error;
          },
        );
      }
      expect(seen.size).toBe(due.length);
      expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(NUMBERS_AT_ONCE);
    }),
    { numRuns: 60 },
  );
});

test.each([{ spread: [1500, 0, 0, 0, 0, 0, 0, 0] }, { spread: [186, 186, 189, 189, 186, 186, 189, 189] }])(
  'H6 a thousand who wait are looked up in three turns, spread as $spread',
  async ({ spread }) => {
    const { deps, sizes } = organizationOf(spread, () => true);
    const counts = { lookedUp: 0, optIns: 0, written: 0, failed: 0 };
    await lookUpWaiting(deps, defaultCrmPreferences, MAPPINGS, counts, () => true);
    expect(counts.lookedUp).toBe(1000);
    expect(sizes).toHaveLength(3);
  },
);
