import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PartName } from './part.ts';
import { newestResults, type Result } from './results.ts';

export const PAGE = join(import.meta.dirname, '../../docs/performance.md');

/** The question of each part, which is its heading on the page. */
const QUESTIONS: Readonly<Record<PartName, string>> = {
  texts: 'How close to the limit a text is sent, what it costs in requests, and where the rest goes',
  waiting: 'What leads that wait for consent cost a cycle',
  waking: 'Waking everybody after a setting was turned off',
  lanes: 'What somebody waits for, behind a broadcast',
  linear: 'Whether a text costs more when more are due',
  stop: 'How long a STOP takes, and whether a text leaves after it',
  lookups: 'Look-ups in Salesforce',
  lists: 'Lists, exports and imports, for registries of growing size',
  costs: 'Dollars per million',
  bundles: 'Bundles and cold starts',
};

/** Notes that explain the figures of a part. */
const NOTES: Partial<Readonly<Record<PartName, string>>> = {
  texts:
    'Where the rest goes: a text makes 3.4 requests where its two writes alone make 2. One of them goes to Twilio, and each costs Node and the SDK ' +
    'about as much as a write does. Deciding, rendering and explaining a text is the row `sendgate` of the profile. Parsing items and ' +
    'Twilio’s client are `other packages`. The queue and Twilio run on the same two cores, which the raw requests have to themselves.',
  waiting:
    'A cycle reads the due index only: its requests are the same for any number of waiting leads. The least of fifteen cycles is compared.',
  waking:
    'The worker is killed with SIGKILL half-way. Its page comes back after the queue’s visibility time-out, and each text is woken once.',
  lanes:
    'With the limit of a sender, as an organization with so much to send has it, the broadcast waits in the queue and urgent texts pass it. At full speed ' +
    'the broadcast’s worker takes all that this machine has, and every request takes longer, also the raw write beside it. In AWS they share neither ' +
    'cores nor an engine.',
  lists: 'A page’s other requests read the details of all its rows together.',
  stop: 'A STOP is recorded when the transaction that makes it hold is written. The answer to Twilio comes after the conversation is written too.',
};

/** Writes the text of docs/performance.md: the newest kept run of each part of the bench. */
export function performancePage(results: readonly Result[] = newestResults()): string {
  const machines = new Set(results.map(({ machine }) => describeMachine(machine)));
  return `${[
    '<!-- Written by `npm run bench -- --page` from the newest kept run of each part (`test/bench/results/`). -->',
    '# What it costs and how fast it is',
    [
      'Everything runs on one machine: the functions, a DynamoDB and an SQS of their own, and stand-ins of Twilio and Salesforce. So believe',
      'ratios within a run; seconds are that machine’s. `docs/decisions/046-the-bench-in-parts.md` says how each part measures.',
    ].join('\n'),
    `Machine: ${[...machines].join('; ')}.`,
    ...results.map(sectionOf),
  ].join('\n\n')}\n`;
}

export function writePage(): void {
  writeFileSync(PAGE, performancePage());
}

function sectionOf({ part, at, commit, changed, command, figures, remark }: Result): string {
  const rows = figures.map(
    ({ name, value, unit, aim = '', ok }) =>
      `| ${name} | ${value} ${unit} | ${aim} | ${ok === undefined ? '' : ok ? 'met' : '**missed**'} |`,
  );
  return [
    `## ${QUESTIONS[part]}`,
    '',
    `\`${command}\` on ${at.slice(0, 10)}, commit ${commit}${changed ? ' with changes' : ''}.`,
    ...[NOTES[part], remark].flatMap((words) => (words === undefined ? [] : ['', words])),
    '',
    '| figure | value | aim | |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function describeMachine({ processor, cores, memoryGibibytes, node }: Result['machine']): string {
  return `${processor}, ${cores} cores, ${memoryGibibytes} GiB, Node ${node.slice(1)}`;
}
