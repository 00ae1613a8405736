import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeVersioned, LOST, MAXIMUM_ATTEMPTS, retryLost } from '../../../lib/runtime/change-versioned.ts';

const WITHOUT_PAUSE = { pause: async () => {} };

/** An item of which nothing can be written but over the version that was read. */
function createCell() {
  let stored = { names: [] as readonly string[], version: 0 };
  return {
    stored: () => stored,
    read: async () => stored,
    write: async (after: typeof stored) => {
      if (after.version !== stored.version + 1) return LOST;
      stored = after;
      return after.version;
    },
  };
}

describe('several writers of one item', () => {
  it('lose no change, however their reads and writes interleave', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 2, max: 4 }),
        fc.integer({ min: 1, max: MAXIMUM_ATTEMPTS / 4 }),
        async (scheduler, writers, changesEach) => {
          const cell = createCell();
          const read = scheduler.scheduleFunction(cell.read);
          const write = scheduler.scheduleFunction(cell.write);
          const names: string[] = [];
          const work = Array.from({ length: writers }, async (_, writer) => {
            for (let change = 0; change < changesEach; change++) {
              const name = `${writer}.${change}`;
              names.push(name);
              await changeVersioned(
                'The cell',
                {
                  read,
                  change: (before) => ({
                    names: [...before.names, name],
                    version: before.version + 1,
                  }),
                  write,
                },
                WITHOUT_PAUSE,
              );
            }
          });
          await scheduler.waitFor(Promise.all(work));
          expect(cell.stored().names.toSorted()).toEqual(names.toSorted());
          expect(cell.stored().version).toBe(writers * changesEach);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('what was read a moment ago spares a read, and is read again when it does not hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), async (isCurrent) => {
        const cell = createCell();
        const known = await cell.read();
        if (!isCurrent) await cell.write({ names: ['other'], version: 1 });
        let reads = 0;
        await changeVersioned(
          'The cell',
          {
            known,
            read: () => {
              reads++;
              return cell.read();
            },
            change: ({ names, version }) => ({ names: [...names, 'ours'], version: version + 1 }),
            write: cell.write,
          },
          WITHOUT_PAUSE,
        );
        expect(cell.stored().names).toEqual(isCurrent ? ['ours'] : ['other', 'ours']);
        expect(reads).toBe(isCurrent ? 0 : 1);
      }),
    );
  });

  it('nothing to change writes nothing', async () => {
    const cell = createCell();
    const change = (): ReturnType<typeof cell.stored> | undefined => undefined;
    expect(await changeVersioned('The cell', { ...cell, change })).toBeUndefined();
    expect(cell.stored().version).toBe(0);
  });
});

it('a write that keeps losing ends after its attempts, with a pause before each but the first, and says what it was', async () => {
  const attempts = fc.integer({ min: 1, max: 20 });
  const losses = fc.integer({ min: 0, max: 25 });
  await fc.assert(
    fc.asyncProperty(attempts, losses, async (maximumAttempts, losing) => {
      const rounds: number[] = [];
      const pauses: number[] = [];
      const written = retryLost(
        'The settings',
        async (round) => {
          rounds.push(round);
          return round < losing ? LOST : 'written';
        },
        {
          maximumAttempts,
          pause: async (round) => {
            pauses.push(round);
          },
        },
      );
      if (losing < maximumAttempts) expect(await written).toBe('written');
      else {
        await expect(written).rejects.toThrow(
          `The settings could not be written: other writers were first ${maximumAttempts} times`,
        );
      }
      const made = Math.min(losing + 1, maximumAttempts);
      expect(rounds).toEqual(Array.from({ length: made }, (_, round) => round));
      expect(pauses).toEqual(rounds.slice(1));
    }),
  );
});

it('an error of an attempt is not taken for a race', async () => {
  let attempts = 0;
  const failing = retryLost('The settings', async () => {
    attempts++;
    throw new Error('the table is away');
  });
  await expect(failing).rejects.toThrow('the table is away');
  expect(attempts).toBe(1);
});
