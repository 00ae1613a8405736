import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { type Reporter, startVitest } from 'vitest/node';
import type { Plan } from './check.ts';

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '500' },
    /** The same seed gives the same histories. A random seed when absent. */
    seed: { type: 'string' },
    /** Plays one history again that broke the promise; the path is printed with it. */
    path: { type: 'string' },
  },
});
const plan: Plan = {
  histories: Number(values.histories),
  seed: values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed),
  path: values.path,
};
const bar = new SingleBar({
  format: `{bar} {value} of {total} histories, seed ${plan.seed}, {duration_formatted}, {eta_formatted} left`,
});

/** Draws the test's progress from its annotations, and prints the report of a history that broke the promise. */
const progress: Reporter = {
  onTestCaseAnnotate: (_, { message, type }) => {
    if (type === 'played') bar.update(Number(message));
  },
  onTestCaseResult: (test) => {
    if (test.result().state === 'skipped') return;
    bar.stop();
    for (const { message } of test.result().errors ?? [])
      process.stdout.write(`\n${message.split(': expected ')[0]}\n`);
  },
};

bar.start(plan.histories, 0);
const vitest = await startVitest('test', ['test/model/model.test.ts'], {
  watch: false,
  testNamePattern: 'the promise is kept',
  reporters: [progress],
  provide: { plan },
});
const isBroken = vitest.state.getCountOfFailedTests() > 0;
await vitest.close();
if (!isBroken) process.stdout.write(`\n${plan.histories} histories of seed ${plan.seed} kept the promise.\n`);
process.exit(isBroken ? 1 : 0);
