import { defineConfig } from 'vitest/config';
import { outputScan } from './test/output/scan.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/setup/engines.ts', 'test/setup/exercised.ts', 'test/setup/usage.ts'],
    setupFiles: ['test/output/capture.ts'],
    // CommonJS packages are imported as Node imports them, and not unwrapped further: tests run what the bundles run.
    deps: { interopDefault: false },
    // Set before any module is loaded: logs and metrics read these once.
    env: {
      POWERTOOLS_SERVICE_NAME: 'test',
      POWERTOOLS_METRICS_NAMESPACE: 'sendgate',
      POWERTOOLS_LOG_LEVEL: 'DEBUG',
    },
    // The second one for the checks after a run: docs/promises.md, and whether tests got through to every route. The third
    // one fails a run whose logs hold a phone number or a secret.
    reporters: ['default', ['json', { outputFile: '.test-run/report.json' }], outputScan],
    // Ends a test that hangs. A loaded machine may take a minute for what takes a second on an idle one.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Two cores: more workers than that only make every wait longer.
    maxWorkers: 2,
  },
});
