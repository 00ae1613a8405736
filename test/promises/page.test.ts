import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { operations } from '../flow/contract.ts';
import { unexercised } from './exercised.ts';
import { idsIn, lostOf, promisesPage, type RunTest, statusOf } from './page.ts';
import { readRun } from './report.ts';

const folder = mkdtempSync(join(tmpdir(), 'sendgate-promises-'));
afterAll(() => rmSync(folder, { recursive: true }));

const promise = (id: string, proven = false) => ({ id, title: `What ${id} says`, proven });
const run = (title: string, result: RunTest['result'] = 'passed', line = 1): RunTest => ({
  file: 'test/a.test.ts',
  line,
  title,
  result,
});

test('a title proves the promises that it names as whole words, and no longer ones', () => {
  expect(idsIn('H10 S2 an opt-in (X1) in ABS3 or h5')).toEqual(['H10', 'S2', 'X1']);
  expect(statusOf(promise('H1'), [run('H10 something')])).toBe('open');
});

test('one failing test is enough to take the proof away, and a skipped one is none', () => {
  expect(statusOf(promise('S2'), [run('S2 a'), run('S2 b', 'failed')])).toBe('failing');
  expect(statusOf(promise('S2'), [run('S2 a', 'skipped')])).toBe('open');
});

test('a promise that was proven and lost its test is told, one that never was is not', () => {
  const promises = [promise('S1', true), promise('S2', true), promise('S3', true), promise('S4')];
  const lost = lostOf(promises, [run('S1 a'), run('S2 b', 'skipped')]);
  expect(lost.map(({ id }) => id)).toEqual(['S2', 'S3']);
});

test('the page counts, groups the cases of a table of tests, shows the failing one, and lists what is open', () => {
  const tests = [
    run('S2 case `b`', 'passed', 7),
    run('S2 case a', 'failed', 7),
    run('S2 another', 'passed', 3),
    run('H1 x'),
  ];
  const page = promisesPage([promise('H1'), promise('S1'), promise('S2')], tests);
  expect(page).toContain('3 promises: 1 proven, 1 open, 1 failing.');
  expect(page).toContain('**S1** What S1 says: **open**\n\n**S2**');
  expect(page).toContain(
    '- passed: S2 another, `test/a.test.ts`\n- failed: S2 case a (2 cases), `test/a.test.ts`\n',
  );
});

test('a run of a part of the tests is refused: its page would call promises open that are proven', () => {
  const path = join(folder, 'report.json');
  const name = join(import.meta.dirname, 'page.test.ts');
  writeFileSync(path, JSON.stringify({ testResults: [{ name, status: 'passed', assertionResults: [] }] }));
  expect(() => readRun(path)).toThrow('test/architecture.test.ts');
  expect(() => readRun(join(folder, 'none.json'))).toThrow('Run npm test first');
});

test('an operation of the API that no test got through to is named', () => {
  const path = join(folder, 'exercised.txt');
  const [first, ...others] = operations.map(({ name }) => name);
  writeFileSync(path, `${others.join('\n')}\n`);
  expect(unexercised(path)).toEqual([first]);
});
