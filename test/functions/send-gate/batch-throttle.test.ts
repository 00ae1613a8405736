import { describe, expect, test } from 'vitest';
import {
  createBatchThrottle,
  type Slot,
  type SlotRequest,
} from '../../../functions/send-gate/batch-throttle.ts';
import type { SendRateLimiter } from '../../../lib/gate/send-rate-limiter.ts';

/** Creates batch throttles over a rate limiter and a clock of the test's own. Sleeping takes no time, and requests are counted. */
function createTestThrottle(nextFreeAt = 0) {
  const state = {
    at: 1_000_000,
    nextFreeAt: nextFreeAt && 1_000_000 + nextFreeAt,
    priorityAt: 0,
    requests: 0,
    lane: 0,
  };
  const limiter: SendRateLimiter = {
    tryReserve: async (lane, milliseconds, { earliest, latest }) => {
      state.requests++;
      const at = lane === 'bulk' ? 'nextFreeAt' : 'priorityAt';
      const start = Math.max(state[at], earliest);
      if (start > latest) return { nextFreeAt: state[at] };
      state[at] = start + milliseconds;
      if (lane === 'priority') state.nextFreeAt = Math.max(state.nextFreeAt, earliest) + milliseconds;
      return { start };
    },
    reserveNow: async (milliseconds, now) => {
      state.nextFreeAt = Math.max(state.nextFreeAt, now) + milliseconds;
    },
    enqueue: async (_lane, milliseconds, earliest) => {
      const start = Math.max(state.lane, earliest);
      state.lane = start + milliseconds;
      return start;
    },
  };
  const newBatch = () =>
    createBatchThrottle({
      limiter,
      now: () => new Date(state.at),
      // Only waiting for room moves the clock; a text that has a slot is told the slot's time.
      sleep: async (milliseconds) => {
        if (milliseconds > 3000) state.at += milliseconds;
      },
      random: () => 0.5,
    });
  return { state, newBatch };
}

const requests = (count: number, urgency: SlotRequest['urgency'], segments = 1): SlotRequest[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${urgency}-${index}`, segments, urgency }));
const waitsOf = (slots: readonly Slot[]) =>
  slots.map((slot) => (slot.kind === 'now' ? slot.waitedMilliseconds : slot.until));

describe('slots of the sender', () => {
  test('a batch of ten takes its time in one request, and each text leaves at its own moment', async () => {
    const { state, newBatch } = createTestThrottle();
    const batch = newBatch();
    const slots = await Promise.all(requests(10, 'bulk', 2).map((request) => batch.acquire(request, 10)));
    expect(waitsOf(slots)).toEqual([0, 200, 400, 600, 800, 1000, 1200, 1400, 1600, 1800]);
    expect(state.requests).toBe(1);
  });

  test('a text that is decided again keeps its slot', async () => {
    const { state, newBatch } = createTestThrottle();
    const batch = newBatch();
    const [request] = requests(1, 'bulk');
    if (!request) throw new Error('no request');
    expect(await batch.acquire(request, 10)).toEqual(await batch.acquire(request, 10));
    expect(state.requests).toBe(1);
  });

  test('an agent’s text goes at once however long the others queue, and they pay for it', async () => {
    const { state, newBatch } = createTestThrottle(60_000);
    const batch = newBatch();
    const slots = await Promise.all(requests(3, 'atOnce').map((request) => batch.acquire(request, 1)));
    expect(waitsOf(slots)).toEqual([0, 0, 0]);
    expect(state.nextFreeAt - state.at).toBe(63_000);
  });

  test('priority texts do not wait for slots that a broadcast has reserved, and the broadcast makes room', async () => {
    const { state, newBatch } = createTestThrottle(12_000);
    const [first, second] = [newBatch(), newBatch()];
    const slots = await Promise.all(requests(1, 'priority').map((request) => first.acquire(request, 10)));
    slots.push(...(await Promise.all(requests(1, 'priority').map((request) => second.acquire(request, 10)))));
    expect(waitsOf(slots)).toEqual([0, 100]);
    expect(state.nextFreeAt - state.at).toBe(12_200);
  });

  test('priority texts may reserve slots further ahead than a broadcast', async () => {
    const { state, newBatch } = createTestThrottle();
    state.priorityAt = state.at + 12_000;
    const batch = newBatch();
    const [slot] = await Promise.all(requests(1, 'priority').map((request) => batch.acquire(request, 10)));
    expect(slot).toEqual({ kind: 'now', waitedMilliseconds: 12_000 });
    expect(state.requests).toBe(1);
  });

  test('a broadcast’s batch without room waits for it in its worker, and the rest of the broadcast in the queue', async () => {
    const { state, newBatch } = createTestThrottle(14_000);
    const batch = newBatch();
    const slots = await Promise.all(requests(10, 'bulk').map((request) => batch.acquire(request, 10)));
    expect(state.at).toBeGreaterThan(1_003_000);
    expect(slots.every(({ kind }) => kind === 'now')).toBe(true);
    expect(state.requests).toBe(2);
  });

  test('texts that find no room in a worker’s time come again, one after the other', async () => {
    const { newBatch } = createTestThrottle(60_000);
    const [first, second] = [newBatch(), newBatch()];
    const slots = await Promise.all(requests(2, 'bulk').map((request) => first.acquire(request, 1)));
    slots.push(...(await Promise.all(requests(1, 'bulk').map((request) => second.acquire(request, 1)))));
    const at = (seconds: number) => new Date(1_000_000 + seconds * 1000).toISOString();
    expect(waitsOf(slots)).toEqual([at(60), at(61), at(62)]);
  });

  test('long texts at a slow sender: a worker sends what its time allows, and the rest comes again', async () => {
    const { newBatch } = createTestThrottle();
    const batch = newBatch();
    const slots = await Promise.all(requests(4, 'priority', 6).map((request) => batch.acquire(request, 1)));
    expect(slots.map(({ kind }) => kind)).toEqual(['now', 'now', 'later', 'later']);
  });
});
