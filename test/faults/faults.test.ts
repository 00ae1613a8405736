import { afterAll, beforeAll, expect, type TaskMeta, test } from 'vitest';
import { verifyRegistry } from '../../lib/consent/verify-registry.ts';
import { BOUND_SECONDS, type FaultResult, runUntilSettled } from './fault-result.ts';
import { faultScenarios } from './fault-scenarios.ts';
import { FaultHarness } from './harness.ts';
import { KillableWorkers, killAtEveryRequest } from './kill-points.ts';
import { killScenarios } from './kill-scenarios.ts';
import { addPeople, countTexts, FormBuilder, type Person } from './people.ts';
import { bundleOf } from './worker.ts';

/** Set by npm run bench:faults, which tries every fault and every kill point and prints the table. */
const isWhole = process.env['FAULTS'] === 'whole';
const NO_SYSTEM_TEXTS = { confirmOptIns: false, doubleOptIn: 'off' };

let harness: FaultHarness;
const everybody: Person[] = [];

beforeAll(async () => {
  harness = await FaultHarness.start();
});
afterAll(async () => {
  await harness.close();
});

/** Expects that no text came twice, got lost or left after a STOP, within the time that reconcile's README states. */
function expectPromiseKept(meta: TaskMeta, result: FaultResult, rounds = 1): void {
  meta.faultResult = result;
  expect(result).toMatchObject({ doubled: 0, lost: 0, forbidden: 0 });
  expect(result.injected).toBeGreaterThan(0);
  expect(result.settledSeconds).toBeLessThanOrEqual(rounds * BOUND_SECONDS);
}

test.for(killScenarios)(
  'X5 S4 killed at every request of $title',
  { timeout: 120_000 },
  async (scenario, { task }) => {
    const { world } = harness;
    await world.admin('PATCH', '/settings', { ...NO_SYSTEM_TEXTS, ...scenario.settings });
    const workers = await KillableWorkers.start(await bundleOf(scenario.function, harness.folder));
    const people: Person[] = [];
    let round = 0;
    const killPoints = await killAtEveryRequest(
      world,
      workers,
      () => scenario.arrange(harness, people, round++),
      isWhole ? 1 : 7,
    );
    await workers.close();
    const began = Date.now();
    await scenario.finish?.(harness, people);
    everybody.push(...people);
    const result = await runUntilSettled(
      harness,
      `killed: ${scenario.title}`,
      () => killPoints.length,
      people,
      began,
    );
    // Where people must answer START, their texts take two rounds: one for the opt-in request, one for what follows.
    expectPromiseKept(task.meta, result, scenario.finish ? 2 : 1);
  },
);

test.for(faultScenarios.filter(({ isSlow }) => isWhole || !isSlow))(
  'X5 S4 $title',
  { timeout: 120_000 },
  async (scenario, { task }) => {
    await harness.world.admin('PATCH', '/settings', { ...NO_SYSTEM_TEXTS, confirmOptIns: true });
    const builder = new FormBuilder(harness.world);
    const injected = await scenario.inject(harness);
    const people = await (scenario.addPeople
      ? scenario.addPeople(harness, builder)
      : addPeople(harness.world, builder));
    everybody.push(...people);
    const eachMinute = async () => {
      await builder.retry();
      await scenario.eachMinute?.(harness);
    };
    expectPromiseKept(
      task.meta,
      await runUntilSettled(harness, scenario.title, injected, people, Date.now(), eachMinute),
    );
  },
);

test('X5 long after all these faults no text has come twice, and every event of the ledger verifies', async () => {
  for (let minute = 0; minute < (isWhole ? 30 : 10); minute++) await harness.scheduler.minute();
  expect(await countTexts(harness.world, everybody)).toMatchObject({ doubled: 0, lost: 0, forbidden: 0 });
  const { client, consentTable: table } = harness.world.tables;
  expect((await verifyRegistry({ client, table })).faults).toEqual([]);
}, 120_000);
