import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as z from 'zod';
import type { RunTest } from './page.ts';

const ROOT = join(import.meta.dirname, '../..');
export const REPORT_PATH = join(ROOT, '.test-run/report.json');

/** Describes the part of vitest's JSON report that is read here. */
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.enum(['passed', 'failed', 'skipped', 'pending', 'todo', 'disabled']),
        }),
      ),
    }),
  ),
});

export interface Run {
  readonly tests: readonly RunTest[];
  /** Files that failed outside of their tests: in a hook, or while they were loaded. */
  readonly brokenFiles: readonly string[];
}

/**
 * Reads the report of the last run of the tests.
 *
 * @throws Error when there was none, or when it left files out: a page of a part of the tests would be wrong.
 */
export function readRun(path = REPORT_PATH): Run {
  if (!existsSync(path)) throw new Error(`There is no report of a run at ${path}. Run npm test first.`);
  const { testResults } = reportSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const ran = new Set(testResults.map(({ name }) => relative(ROOT, name)));
  const missing = globSync('test/**/*.test.ts', { cwd: ROOT }).filter((file) => !ran.has(file));
  if (missing.length > 0) {
    throw new Error(`The run left out ${missing.join(', ')}. Run npm test without naming files.`);
  }
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({
      file: relative(ROOT, name),
      title: fullName,
      result: status === 'passed' || status === 'failed' ? status : ('skipped' as const),
    })),
  );
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return { tests, brokenFiles: broken.map(({ name }) => relative(ROOT, name)) };
}
