import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { unexercised } from './exercised.ts';
import { lostIn, statusOf, unlistedIn, withProof } from './page.ts';
import { readRun } from './report.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/promises.md');
const { values } = parseArgs({
  options: {
    /** Compares instead of writing, and fails on a difference. */
    check: { type: 'boolean', default: false },
    /** Uses what the last run of npm test left instead of running the tests. */
    'last-run': { type: 'boolean', default: false },
  },
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (!values['last-run']) {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  spawnSync(process.execPath, [vitest, 'run'], { cwd: ROOT, stdio: 'inherit' });
}
function runOrEnd() {
  try {
    return readRun();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}

const { tests, brokenFiles } = runOrEnd();
const stored = readFileSync(PAGE, 'utf8');
const page = withProof(stored, tests);
const failed = tests.filter(({ result }) => result === 'failed').length + brokenFiles.length;
const problems = [
  ...lostIn(stored, tests).map(
    (promise) =>
      `${promise.id} (${promise.title}) was proven and is ${statusOf(promise, tests)} now. Give it a test that passes.`,
  ),
  ...unlistedIn(stored, tests).map(
    (id) => `A test's title names ${id}, which docs/promises.md does not list. Add its row.`,
  ),
  ...unexercised().map((name) => `No test got through to ${name}, which docs/openapi.json describes.`),
];

if (!values.check) {
  writeFileSync(PAGE, page);
  say('Wrote docs/promises.md');
} else if (stored !== page) {
  problems.push('docs/promises.md is stale. Run npm run promises and commit what it writes.');
}
for (const problem of problems) say(problem);
say(`${tests.filter(({ result }) => result === 'passed').length} passed, ${failed} failed`);
process.exitCode = problems.length > 0 || failed > 0 ? 1 : 0;
