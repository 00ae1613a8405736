import { ASSUMED, batchMilliseconds } from './assumptions.ts';
import { LIMITS, READ_ON } from './limits.ts';
import { listsOf } from './lists.ts';
import {
  breaksAt,
  headroomOf,
  importHours,
  type Need,
  needsOf,
  type Organization,
  ROOM,
  storageOf,
  WRITES_PER_TEXT,
} from './needs.ts';
import type { StackSettings } from './stack-settings.ts';

/** The organization that docs/scale.md is about. */
export const LARGE: Organization = { numbers: 100_000_000, textsPerSecond: 1000 };

const BEGIN = '<!-- scale: written by npm run scale -- --write -->';
const END = '<!-- /scale -->';

/** Writes the tables between a page's marks. @throws Error when the marks are gone. */
export function withTables(page: string, stack: StackSettings): string {
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`docs/scale.md needs the marks ${BEGIN} and ${END}`);
  return `${page.slice(0, start)}${BEGIN}\n\n${tablesOf(LARGE, stack)}\n\n${page.slice(end)}`;
}

export const number = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });

/** The rows of the table of needs, as words. */
export function rowsOf(organization: Organization, stack: StackSettings): string[][] {
  return needsOf(organization, stack).map((need) => [
    need.resource,
    number(need.need),
    `${number(need.limit)} ${need.unit}`,
    `${number(headroomOf(need))} x`,
    hasRoom(need) ? '' : need.change,
  ]);
}

/** Whether a resource needs no change; to a hundredth, since thirds are not exact. */
export function hasRoom(need: Need): boolean {
  return Math.round(headroomOf(need) * 100) >= ROOM * 100;
}

export const HEAD = ['resource', 'need', 'limit', 'headroom', 'what to change'];

/** What of the whole fits no row. */
export function remarksOf(organization: Organization, stack: StackSettings): string[] {
  const first = breaksAt(organization, stack);
  const { terabytes, partitions } = storageOf(organization);
  return [
    `As it is, the stack carries ${number(first.textsPerSecond)} texts per second; then this is full: ${first.need.resource}.`,
    `${number(organization.numbers)} numbers are about ${number(terabytes)} TB, ${number(partitions)} partitions of 10 GB at least.`,
    `An import of all of them takes ${number(importHours(organization))} hours at best: each opt-in writes twice into one partition of the list by last change.`,
  ];
}

function tablesOf(organization: Organization, stack: StackSettings): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
    [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
  const sources = needsOf(organization, stack).map(({ resource, from }) => [resource, from]);
  return [
    `### ${number(organization.numbers)} numbers, ${number(organization.textsPerSecond)} texts per second`,
    table(HEAD, rowsOf(organization, stack)),
    remarksOf(organization, stack)
      .map((remark) => `- ${remark}`)
      .join('\n'),
    '### Lists that are one partition',
    `A partition takes ${number(LIMITS.partitionWrites.value)} write units a second.`,
    table(
      ['list', 'write units/s at most', 'because of'],
      listsOf(organization, stack).map(({ list, writes, by }) => [list, number(writes), by]),
    ),
    `### Where the limits come from, read on ${READ_ON}`,
    table(['resource', 'limit'], sources),
    '### What the stack sets',
    table(
      ['setting', 'value'],
      [
        ['shards of the work index', String(stack.shards)],
        ['shards of the list of conversations', String(stack.conversationShards)],
        ['minutes between cycles', String(stack.cycleMinutes)],
        ['send-gate', `${stack.gate.seconds} s, ${stack.gate.megabytes} MB`],
        ['priority lane', laneOf(stack.priority)],
        ['bulk lane', laneOf(stack.bulk)],
        ['seconds until a failed text comes back', String(stack.visibilitySeconds)],
        ['delivery callbacks', `${stack.callbackRate} requests/s, ${stack.callbackBurst} at once`],
        ['texts received', `${stack.inboundRate} requests/s`],
        ['submissions of all forms', `${stack.formRate} requests/s`],
        ['any other route', `${stack.adminRate} requests/s`],
      ],
    ),
    '### What is assumed',
    table(
      ['assumption', 'value'],
      [
        ...Object.entries(ASSUMED).map(([name, value]) => [`\`${name}\``, String(value)]),
        ['a batch in send-gate', `${batchMilliseconds} ms`],
        ...Object.entries(WRITES_PER_TEXT).map(([name, value]) => [
          `write units per text: \`${name}\``,
          String(value),
        ]),
      ],
    ),
  ].join('\n\n');
}

function laneOf({ batchSize, maxConcurrency }: StackSettings['bulk']): string {
  const most = maxConcurrency ?? `up to ${number(LIMITS.sourceConcurrency.value)}`;
  return `${batchSize} texts a batch, ${most} batches at once`;
}
