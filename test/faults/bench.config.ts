import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.ts';
import { TableReporter } from './table-reporter.ts';

/** Configures npm run bench:faults: every fault and every kill point, a line as each is done, and the table at the end. */
export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  test: {
    ...base.test,
    include: ['test/faults/faults.test.ts'],
    env: { ...base.test?.env, FAULTS: 'whole' },
    reporters: ['verbose', new TableReporter()],
    disableConsoleIntercept: true,
  },
});
