import { expect, test } from 'vitest';
import { changesFor, type Day, scenarioOf } from './day.ts';
import { simulate } from './simulation.ts';
import type { StackSettings } from './stack-settings.ts';

const stack: StackSettings = {
  shards: 8,
  conversationShards: 3,
  cycleMinutes: 1,
  cycleSeconds: 120,
  gate: { seconds: 60, megabytes: 1024 },
  priority: { batchSize: 10, maxConcurrency: 150 },
  bulk: { batchSize: 10, maxConcurrency: 40 },
  visibilitySeconds: 360,
  callbackRate: 4000,
  callbackBurst: 5000,
  inboundRate: 500,
  formRate: 50,
  adminRate: 50,
  indexes: 4,
};
const day: Day = {
  textsPerSecond: 100,
  broadcast: 100_000,
  outageAt: 14,
  senderSegmentsPerSecond: 200,
  seed: 1,
};

const result = simulate(scenarioOf(day, stack));

test('X6 nothing leaves before a zone opens, and what wrote at night leaves then', () => {
  const sent = result.hours.map((hour) => hour.sent);
  expect(sent.slice(0, 9)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(sent[23]).toBe(0);
  // These are the night's new prospects, and the broadcast's members in the zones that open an hour later.
  expect(result.hours[9]?.deferred).toBeGreaterThan(50_000);
  expect(sent[10] ?? 0).toBeGreaterThan(29_000 + 100 * 0.5 * 0.9 * 0.7 * 3600);
});

test('X5 every text of the day has left or is due tomorrow: none is lost and none is doubled', () => {
  expect(result.sent + result.left).toBe(result.due);
  // These are the evening's prospects: a third of ten percent of fifty a second, for some hours.
  expect(result.left).toBeGreaterThan(10_000);
  expect(result.left).toBeLessThan(40_000);
});

test('an hour without Twilio ends with its texts sent within the half hour of their next try', () => {
  expect(result.hours[14]?.sent).toBe(0);
  expect(result.drainedAfter).toBeGreaterThan(25 * 60);
  expect(result.drainedAfter).toBeLessThan(35 * 60);
});

test('a load that the stack carries needs no change, and one that it does not gets room to drain', () => {
  expect(changesFor({ textsPerSecond: 1000 }, stack)).toBeUndefined();
  expect(changesFor({ textsPerSecond: 2000 }, stack)).toEqual({
    bulkConcurrency: 75,
    conversationShards: 6,
    callbackRate: 8000,
  });
});
