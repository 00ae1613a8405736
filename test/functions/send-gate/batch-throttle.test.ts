import { describe, expect, test } from 'vitest';
import { type Ask, createSenderTurns, type Turn } from '../../../functions/send-gate/batch-throttle.ts';
import type { SenderClock } from '../../../lib/gate/send-rate-limiter.ts';

/** A clock and a time of the test's own: sleeping takes no time, and every request is counted. */
function createBench(freeAt = 0) {
  const state = {
    at: 1_000_000,
    freeAt: freeAt && 1_000_000 + freeAt,
    priorityAt: 0,
    requests: 0,
    line: 0,
  };
  const clock: SenderClock = {
    take: async (line, milliseconds, { earliest, latest }) => {
      state.requests++;
      const at = line === 'bulk' ? 'freeAt' : 'priorityAt';
      const start = Math.max(state[at], earliest);
      if (start > latest) return { freeAt: state[at] };
      state[at] = start + milliseconds;
      if (line === 'priority') state.freeAt = Math.max(state.freeAt, earliest) + milliseconds;
      return { start };
    },
    takeNow: async (milliseconds, now) => {
      state.freeAt = Math.max(state.freeAt, now) + milliseconds;
    },
    queue: async (_line, milliseconds, earliest) => {
      const start = Math.max(state.line, earliest);
      state.line = start + milliseconds;
      return start;
    },
  };
  const newBatch = () =>
    createSenderTurns({
      clock,
      now: () => new Date(state.at),
      // Only who waits for room moves the time on; who has a turn is told when it is.
      sleep: async (milliseconds) => {
        if (milliseconds > 3000) state.at += milliseconds;
      },
      random: () => 0.5,
    });
  return { state, newBatch };
}

const asks = (count: number, urgency: Ask['urgency'], segments = 1): Ask[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${urgency}-${index}`, segments, urgency }));
const waits = (turns: readonly Turn[]) =>
  turns.map((turn) => (turn.kind === 'now' ? turn.waitedMilliseconds : turn.until));

describe('turns at the sender', () => {
  test('a batch of ten takes its time in one request, and each text leaves at its own moment', async () => {
    const { state, newBatch } = createBench();
    const batch = newBatch();
    const turns = await Promise.all(asks(10, 'bulk', 2).map((ask) => batch.turn(ask, 10)));
    expect(waits(turns)).toEqual([0, 200, 400, 600, 800, 1000, 1200, 1400, 1600, 1800]);
    expect(state.requests).toBe(1);
  });

  test('a text that is decided anew keeps its turn', async () => {
    const { state, newBatch } = createBench();
    const batch = newBatch();
    const [ask] = asks(1, 'bulk');
    if (!ask) throw new Error('no ask');
    expect(await batch.turn(ask, 10)).toEqual(await batch.turn(ask, 10));
    expect(state.requests).toBe(1);
  });

  test('an agent’s text goes at once however long the others queue, and they pay for it', async () => {
    const { state, newBatch } = createBench(60_000);
    const batch = newBatch();
    const turns = await Promise.all(asks(3, 'atOnce').map((ask) => batch.turn(ask, 1)));
    expect(waits(turns)).toEqual([0, 0, 0]);
    expect(state.freeAt - state.at).toBe(63_000);
  });

  test('what someone waits for does not wait for what a broadcast has taken, and the broadcast makes room', async () => {
    const { state, newBatch } = createBench(12_000);
    const [first, second] = [newBatch(), newBatch()];
    const turns = await Promise.all(asks(1, 'priority').map((ask) => first.turn(ask, 10)));
    turns.push(...(await Promise.all(asks(1, 'priority').map((ask) => second.turn(ask, 10)))));
    expect(waits(turns)).toEqual([0, 100]);
    expect(state.freeAt - state.at).toBe(12_200);
  });

  test('what someone waits for may take time further ahead than a broadcast', async () => {
    const { state, newBatch } = createBench();
    state.priorityAt = state.at + 12_000;
    const batch = newBatch();
    const [turn] = await Promise.all(asks(1, 'priority').map((ask) => batch.turn(ask, 10)));
    expect(turn).toEqual({ kind: 'now', waitedMilliseconds: 12_000 });
    expect(state.requests).toBe(1);
  });

  test('a broadcast’s batch without room waits for it in its worker, and the rest of the broadcast in the queue', async () => {
    const { state, newBatch } = createBench(14_000);
    const batch = newBatch();
    const turns = await Promise.all(asks(10, 'bulk').map((ask) => batch.turn(ask, 10)));
    expect(state.at).toBeGreaterThan(1_003_000);
    expect(turns.every(({ kind }) => kind === 'now')).toBe(true);
    expect(state.requests).toBe(2);
  });

  test('texts that find no room in a worker’s time come again, one after the other', async () => {
    const { newBatch } = createBench(60_000);
    const [first, second] = [newBatch(), newBatch()];
    const turns = await Promise.all(asks(2, 'bulk').map((ask) => first.turn(ask, 1)));
    turns.push(...(await Promise.all(asks(1, 'bulk').map((ask) => second.turn(ask, 1)))));
    const at = (seconds: number) => new Date(1_000_000 + seconds * 1000).toISOString();
    expect(waits(turns)).toEqual([at(60), at(61), at(62)]);
  });

  test('long texts at a slow sender: a worker sends what its time allows, and the rest comes again', async () => {
    const { newBatch } = createBench();
    const batch = newBatch();
    const turns = await Promise.all(asks(4, 'priority', 6).map((ask) => batch.turn(ask, 1)));
    expect(turns.map(({ kind }) => kind)).toEqual(['now', 'now', 'later', 'later']);
  });
});
