import { expect, test } from 'vitest';
import { type Scenario, simulate } from './simulation.ts';

/** 20 workers, each with ten texts for 0.25 s on average, send 800 texts a second. */
const CAPACITY = 800;
function scenario(rate: number, more: Partial<Scenario> = {}): Scenario {
  return {
    seconds: 3600,
    seed: 1,
    arrivals: () => [{ lane: 'bulk', zone: 0, count: rate }],
    opensAt: (_zone, second) => second,
    cycleSeconds: 1,
    batchSize: 10,
    maxConcurrency: { priority: 1000, bulk: 20 },
    batchMilliseconds: 250,
    carrierMilliseconds: 150,
    partitions: [],
    retryMilliseconds: 2000,
    visibilitySeconds: 360,
    senderPerSecond: 100_000,
    retryAfter: (attempt) => 30 * 2 ** (attempt - 1),
    callbacksPerText: 2,
    callbackRate: 100_000,
    callbackBurst: 100_000,
    ...more,
  };
}

test('a constant load below capacity never queues for longer than a moment', () => {
  const { hours, due, sent } = simulate(scenario(400));
  expect(hours[0]?.oldest.bulk).toBeLessThan(2);
  expect(sent / due).toBeGreaterThan(0.999);
});

test('a load above capacity is sent at capacity, and the rest stands in the queue', () => {
  const { due, sent, left } = simulate(scenario(1000));
  expect(sent / 3600 / CAPACITY).toBeGreaterThan(0.98);
  expect(sent / 3600 / CAPACITY).toBeLessThan(1.02);
  expect(left).toBe(due - sent);
});

test('a cycle brings 60 r texts at once, and who was due first waits for it, nobody longer', () => {
  const { hours } = simulate(scenario(400, { cycleSeconds: 60 }));
  expect(hours[0]?.queued.bulk).toBe(60 * 400);
  // A text that was due 60 s before the cycle is sent first. One due x s later waits 60 - x s in the index and x r / c in the queue.
  expect(hours[0]?.oldest.bulk).toBeGreaterThan(57);
  expect(hours[0]?.oldest.bulk).toBeLessThan(65);
});

test.each([
  [300, 600],
  [600, 300],
])(
  'workers that stand still at a load of %i for %i s are level again after T r / (c - r)',
  (rate, seconds) => {
    const outage = { from: 600, to: 600 + seconds, kind: 'workersStand' as const };
    const { drainedAfter } = simulate(scenario(rate, { outage }));
    const expected = (seconds * rate) / (CAPACITY - rate);
    expect((drainedAfter ?? 0) / expected).toBeGreaterThan(0.93);
    expect((drainedAfter ?? 0) / expected).toBeLessThan(1.07);
  },
);

test('a full partition lets through what it takes: limit / units per text', () => {
  const partitions = [{ name: 'list', unitsPerText: 2, unitsPerDeferral: 0, perSecond: 1000 }];
  const { sent, hours } = simulate(scenario(700, { partitions }));
  expect(sent / 3600 / 500).toBeGreaterThan(0.98);
  expect(sent / 3600 / 500).toBeLessThan(1.02);
  expect(hours[0]?.throttles['list']).toBeGreaterThan(1000);
});

test('an event source begins with five batches and adds 300 a minute', () => {
  const scaling = { seconds: 60, maxConcurrency: { priority: 1000, bulk: 1000 }, batchMilliseconds: 1000 };
  const { sent, hours } = simulate(scenario(100_000, scaling));
  expect(hours[0]?.workers).toBe(305);
  // The sum of 5 + 5 t over a minute, ten texts each, is 93,000, less the texts still at work.
  expect(sent).toBeGreaterThan(85_000);
  expect(sent).toBeLessThan(94_000);
});

test('what Twilio refuses for ten minutes leaves after that, each text once, at its next try at the latest', () => {
  const outage = { from: 600, to: 1200, kind: 'carrierRefuses' as const };
  const quiet = {
    arrivals: (second: number) => [{ lane: 'bulk' as const, zone: 0, count: second < 2000 ? 100 : 0 }],
  };
  const { due, sent, drainedAfter } = simulate(scenario(100, { outage, ...quiet }));
  expect(sent).toBe(due);
  // Retries are 30 s, 1, 2, 4 and 8 minutes apart: after ten minutes the next one is at most 8 minutes away.
  expect(drainedAfter).toBeGreaterThan(240);
  expect(drainedAfter).toBeLessThan(483);
});

test('callbacks beyond what the API lets through are counted as refused', () => {
  const { hours, sent } = simulate(scenario(400, { callbackRate: 500, callbackBurst: 500 }));
  const refused = hours[0]?.callbacksRefused ?? 0;
  expect(refused / (sent * 2 - 500 * 3600)).toBeGreaterThan(0.97);
  expect(refused / (sent * 2 - 500 * 3600)).toBeLessThan(1.03);
});

test('callbacks that come evenly are all let through, also where a second brings more than the burst', () => {
  const { hours } = simulate(scenario(400, { callbackRate: 1000, callbackBurst: 100 }));
  expect(hours[0]?.callbacksRefused).toBe(0);
});

test('the same seed is the same day', () => {
  expect(simulate(scenario(700))).toEqual(simulate(scenario(700)));
  expect(simulate(scenario(700, { seed: 2 }))).not.toEqual(simulate(scenario(700)));
});
