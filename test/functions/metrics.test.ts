import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { METRICS, type MeteredFunction } from '../../lib/telemetry/metrics.ts';

const ROOT = join(import.meta.dirname, '../..');
const CATALOGUE = 'lib/telemetry/metrics.ts';

/** The sources that a function's handler reaches, the catalogue of metrics left out. */
function sourcesOf(name: string): string {
  const reached = new Map<string, string>();
  const visit = (path: string): void => {
    if (reached.has(path) || path === CATALOGUE) return;
    const code = readFileSync(join(ROOT, path), 'utf8');
    reached.set(path, code);
    for (const [, target = ''] of code.matchAll(/from '(\.[^']+\.ts)'/g)) {
      visit(relative(ROOT, join(ROOT, path, '..', target)));
    }
  };
  visit(`functions/${name}/handler.ts`);
  return [...reached.values()].join('\n');
}

/** Whether some code writes a metric out: by its name, or by a word behind a prefix (`countBy`). */
function isWrittenOut(metric: string, code: string): boolean {
  if (new RegExp(`\\b${metric}\\b`).test(code)) return true;
  const prefixes = [...code.matchAll(/countBy\(\s*'(\w+)'/g)].map(([, prefix = '']) => prefix);
  return prefixes.some((prefix) => {
    const rest = metric.slice(prefix.length);
    const word = `${rest.charAt(0).toLowerCase()}${rest.slice(1)}`;
    return metric.startsWith(prefix) && rest !== '' && code.includes(`'${word}'`);
  });
}

test.each(Object.entries(METRICS))('every metric of %s is written out by its code', (name, metrics) => {
  const code = sourcesOf(name);
  expect(metrics.filter((metric) => !isWrittenOut(metric, code))).toEqual([]);
  expect(isWrittenOut('textNeverHeardOf', code)).toBe(false);
});

/** Catches of functions that neither throw nor hand the error on, and why nobody is harmed by that. */
const HARMLESS: Readonly<Record<string, string>> = {
  'functions/admin-api/dry-run/dry-run-page.ts': 'The dry run shows the text as one that cannot be read.',
  'functions/admin-api/imports/rows.ts': 'The row is answered as a fault of the file.',
  'functions/admin-api/imports/import-consents.ts': 'The same promise is awaited by each row that needs it.',
};

/** The code between the braces behind an index. */
function blockBehind(code: string, index: number): string {
  const start = code.indexOf('{', index);
  let depth = 0;
  for (let at = start; at < code.length; at++) {
    if (code[at] === '{') depth++;
    if (code[at] === '}' && --depth === 0) return code.slice(start, at + 1);
  }
  return code.slice(start);
}

/** Hands an error on: to the caller, to the batch's failed records, or to a count. */
const HANDED_ON = /\bthrow\b|\.push\(|countOutcomes|giveUpExport|\.fail\(error|onUnreadable|messageId, error/;

test('every catch of a function throws, counts or hands its error on, or says here why nobody is harmed', () => {
  const files = readdirSync(join(ROOT, 'functions'), { recursive: true, encoding: 'utf8' });
  const silent = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const path = join('functions', file);
      const code = readFileSync(join(ROOT, path), 'utf8');
      const catches = [...code.matchAll(/\bcatch \(error\) \{|\bcatch \{|\.catch\(\(/g)];
      return catches.some(({ index }) => !HANDED_ON.test(blockBehind(code, index))) ? [path] : [];
    });
  expect(silent.toSorted()).toEqual(Object.keys(HARMLESS).toSorted());
});

test('every function has a count of its failures', () => {
  const without = (Object.keys(METRICS) as MeteredFunction[]).filter(
    (name) => !METRICS[name].some((metric) => metric.endsWith('Failed')),
  );
  expect(without).toEqual([]);
});
