import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { unexercised } from './exercised.ts';
import { lostOf, type Promised, promisesPage, statusOf } from './page.ts';
import { readRun } from './report.ts';

const ROOT = join(import.meta.dirname, '../..');
const DATA = join(ROOT, 'docs/promises.json');
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
const promises = JSON.parse(readFileSync(DATA, 'utf8')) as Promised[];
const page = promisesPage(promises, tests);
const failed = tests.filter(({ result }) => result === 'failed').length + brokenFiles.length;
const problems = [
  ...lostOf(promises, tests).map(
    ({ id, title }) => `${id} (${title}) was proven and is ${status(id)} now. Give it a test that passes.`,
  ),
  ...unexercised().map((name) => `No test got through to ${name}, which docs/openapi.json describes.`),
];

function status(id: string): string {
  const promise = promises.find((one) => one.id === id);
  return promise ? statusOf(promise, tests) : 'open';
}

if (values.check) {
  const stored = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  if (stored !== page)
    problems.push('docs/promises.md is stale. Run npm run promises and commit what it writes.');
} else {
  const marked = promises.map((one) => ({
    ...one,
    proven: one.proven || statusOf(one, tests) === 'proven',
  }));
  writeFileSync(DATA, `${JSON.stringify(marked, null, 2)}\n`);
  writeFileSync(PAGE, page);
  say('Wrote docs/promises.md');
}
for (const problem of problems) say(problem);
say(`${tests.filter(({ result }) => result === 'passed').length} passed, ${failed} failed`);
process.exitCode = problems.length > 0 || failed > 0 ? 1 : 0;
