import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { consentStatuses, eventKinds } from '../../lib/consent/consent-event.ts';
import { TRANSITIONS } from '../../lib/consent/transition.ts';
import { RULES } from '../../lib/gate/rules.ts';
import { METRICS } from '../../lib/telemetry/metrics.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const design = read('docs/design.md');

function section(title: string): string {
  return design.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
}

/** Reads the cells of the first table of a section, without its head. */
function rowsOf(title: string): string[][] {
  const [, , ...lines] = section(title)
    .split('\n')
    .filter((line) => line.startsWith('|'));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

test('the transition table is the one of the code', () => {
  const expected = eventKinds.map((kind) => [
    kind,
    ...consentStatuses.map((from) => TRANSITIONS[kind][from]),
  ]);
  expect(rowsOf('The transition table').map((cells) => cells.slice(0, 4))).toEqual(expected);
});

test('the gate lists the rules of the code in their order', () => {
  expect(rowsOf('The gate').map(([name]) => name)).toEqual(RULES.map(({ name }) => name));
});

test('the floors are those that the imports are held to', () => {
  const listed = section('The floors of lib')
    .split('\n')
    .filter((line) => /^\d+\. /.test(line))
    .map((line) => [...(line.split(':')[0] ?? '').matchAll(/`([\w-]+)`/g)].map(([, folder]) => folder));
  const [, held = ''] =
    /const FLOORS[^=]*= \[\n([\s\S]*?)\n\];/.exec(read('test/architecture.test.ts')) ?? [];
  const floors = held
    .split('\n')
    .map((line) => [...line.matchAll(/'([\w-]+)'/g)].map(([, folder]) => folder));
  expect(floors.length).toBeGreaterThan(5);
  expect(listed).toEqual(floors);
});

test('the flow has a row for every function', () => {
  const named = rowsOf('The flow').map(([cell = '']) => /\[([\w-]+)\]/.exec(cell)?.[1]);
  expect(named.toSorted()).toEqual(Object.keys(METRICS).toSorted());
});
