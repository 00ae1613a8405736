import { afterAll, beforeAll, expect, type TaskMeta, test } from 'vitest';
import { verifyRegistry } from '../../lib/consent/verify-registry.ts';
import { faultRows } from './faults.ts';
import { KillableScenario, killEverywhere } from './kill-points.ts';
import { account, arrive, Builder, type Person } from './people.ts';
import { BOUND_SECONDS, type Row, settle } from './rows.ts';
import { scenarios } from './scenarios.ts';
import { Stage } from './stage.ts';
import { bundleOf } from './worker.ts';

/** Set by npm run bench:faults: every fault, every kill point, and the table. */
const isWhole = process.env['FAULTS'] === 'whole';
const QUIET = { confirmOptIns: false, doubleOptIn: 'off' };

let stage: Stage;
const everybody: Person[] = [];

beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(async () => {
  await stage.close();
});

/** Nothing twice, nothing lost, nothing past a STOP; within the time that reconcile's README states. */
function expectKept(meta: TaskMeta, row: Row, rounds = 1): void {
  meta.row = row;
  expect(row).toMatchObject({ doubled: 0, lost: 0, forbidden: 0 });
  expect(row.injected).toBeGreaterThan(0);
  expect(row.settledSeconds).toBeLessThanOrEqual(rounds * BOUND_SECONDS);
}

test.for(scenarios)(
  'X5 S4 killed at every request of $title',
  { timeout: 120_000 },
  async (scenario, { task }) => {
    const { world } = stage;
    await world.admin('PATCH', '/settings', { ...QUIET, ...scenario.settings });
    const doomed = await KillableScenario.start(await bundleOf(scenario.function, stage.folder));
    const people: Person[] = [];
    let turn = 0;
    const deaths = await killEverywhere(
      world,
      doomed,
      () => scenario.arrange(stage, people, turn++),
      isWhole ? 1 : 7,
    );
    await doomed.close();
    const began = Date.now();
    await scenario.afterwards?.(stage, people);
    everybody.push(...people);
    const row = await settle(stage, `killed: ${scenario.title}`, () => deaths.length, people, began);
    // Whoever must answer first waits once for the question and once for what follows.
    expectKept(task.meta, row, scenario.afterwards ? 2 : 1);
  },
);

test.for(faultRows.filter(({ isSlow }) => isWhole || !isSlow))(
  'X5 S4 $title',
  { timeout: 120_000 },
  async (row, { task }) => {
    await stage.world.admin('PATCH', '/settings', { ...QUIET, confirmOptIns: true });
    const builder = new Builder(stage.world);
    const injected = await row.begin(stage);
    const people = await (row.arrive ? row.arrive(stage, builder) : arrive(stage.world, builder));
    everybody.push(...people);
    const eachMinute = async () => {
      await builder.again();
      await row.eachMinute?.(stage);
    };
    expectKept(task.meta, await settle(stage, row.title, injected, people, Date.now(), eachMinute));
  },
);

test('X5 long after all that nobody has got a text twice, and every event of the ledger verifies', async () => {
  for (let minute = 0; minute < (isWhole ? 30 : 10); minute++) await stage.clock.minute();
  expect(await account(stage.world, everybody)).toMatchObject({ doubled: 0, lost: 0, forbidden: 0 });
  const { client, consentTable: table } = stage.world.tables;
  expect((await verifyRegistry({ client, table })).faults).toEqual([]);
}, 120_000);
