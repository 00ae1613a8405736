import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { operations } from '../flow/contract.ts';
import { unexercised } from './exercised.ts';
import { idsIn, lostIn, promisesIn, type RunTest, statusOf, unlistedIn, withProof } from './page.ts';
import { readRun } from './report.ts';

const folder = mkdtempSync(join(tmpdir(), 'sendgate-promises-'));
afterAll(() => rmSync(folder, { recursive: true }));

const promise = (id: string) => ({ id, title: `What ${id} says`, status: 'open' as const });
const run = (title: string, result: RunTest['result'] = 'passed', file = 'test/a.test.ts'): RunTest => ({
  file,
  title,
  result,
});
const page = (...rows: string[]) =>
  ['# Promises', '', '0 promises: none.', '', ...rows, '', 'The end.'].join('\n');

test('a title proves the promises that it names as whole words, and no longer ones', () => {
  expect(idsIn('H10 S2 an opt-in (X1) in ABS3 or h5')).toEqual(['H10', 'S2', 'X1']);
  expect(statusOf(promise('H1'), [run('H10 something')])).toBe('open');
});

test('one failing test is enough to take the proof away, and a skipped one is none', () => {
  expect(statusOf(promise('S2'), [run('S2 a'), run('S2 b', 'failed')])).toBe('failing');
  expect(statusOf(promise('S2'), [run('S2 a', 'skipped')])).toBe('open');
});

test('a promise that was proven and lost its test is told until a test proves it, one that never was is not', () => {
  const stored = page(
    '| S1 | One | proven |  |',
    '| S2 | Two | proven |  |',
    '| S3 | Three | lost |  |',
    '| S4 | Four | open |  |',
  );
  const tests = [run('S1 a'), run('S2 b', 'skipped')];
  expect(lostIn(stored, tests).map(({ id }) => id)).toEqual(['S2', 'S3']);
  const written = withProof(stored, tests);
  expect(promisesIn(written).map(({ status }) => status)).toEqual(['proven', 'lost', 'lost', 'open']);
  expect(lostIn(written, [...tests, run('S2 c'), run('S3 d')])).toEqual([]);
});

test('the page counts, links each test file once, and keeps what people wrote', () => {
  const stored = page('| H1 | One | open |  |', '| S1 | Two | open |  |', '| U1 | Three | open | old |');
  const written = withProof(stored, [
    run('H1 b', 'passed', 'test/flow/b.test.ts'),
    run('H1 S1 a'),
    run('H1 again'),
    run('S1 broken', 'failed'),
  ]);
  expect(written.split('\n')).toEqual([
    '# Promises',
    '',
    '3 promises: 1 proven, 1 failing, 1 open.',
    '',
    '| H1 | One | proven | [a](../test/a.test.ts), [flow/b](../test/flow/b.test.ts) |',
    '| S1 | Two | failing | [a](../test/a.test.ts) |',
    '| U1 | Three | open |  |',
    '',
    'The end.',
  ]);
});

test('a title that names a promise which is not listed is told', () => {
  expect(unlistedIn(page('| H1 | One | open |  |'), [run('H1 X17 a')])).toEqual(['X17']);
});

test('docs/promises.md lists each promise once, in one line', () => {
  const stored = readFileSync(new URL('../../docs/promises.md', import.meta.url), 'utf8');
  const ids = promisesIn(stored).map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(80);
  expect(new Set(ids).size).toBe(ids.length);
  expect(stored.match(/^\| [A-Z]\d+ /gm)).toHaveLength(ids.length);
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
