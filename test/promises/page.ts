/** A promise of the product, in short. `proven` is set once a test proves it, and then a test must go on doing so. */
export interface Promised {
  readonly id: string;
  readonly title: string;
  readonly proven: boolean;
}

/** A test of a run; the cases of a table of tests share their place. */
export interface RunTest {
  readonly file: string;
  readonly line: number;
  readonly title: string;
  readonly result: 'passed' | 'failed' | 'skipped';
}

export type ConsentStatus = 'proven' | 'failing' | 'open';

const SECTIONS: Readonly<Record<string, string>> = {
  H: 'The requirement, the registry and the CRM',
  S: 'Consent of a contact',
  C: 'Template and double opt-in',
  T: 'Keywords, campaigns, single texts',
  B: 'Opt-in question, confirmation, status',
  X: 'What goes beyond',
};

/** The promises that a test's title names, as whole words: `H5 S2 a form ...`. */
export function idsIn(title: string): string[] {
  return [...title.matchAll(/\b[HSCTBX]\d{1,2}\b/g)].map(([id]) => id);
}

/** The tests that name a promise. */
export function testsOf({ id }: Promised, tests: readonly RunTest[]): RunTest[] {
  return tests.filter(({ title }) => idsIn(title).includes(id));
}

/** Proven by at least one test that passed and none that failed; a skipped test proves nothing. */
export function statusOf(promise: Promised, tests: readonly RunTest[]): ConsentStatus {
  const results = testsOf(promise, tests).map(({ result }) => result);
  if (results.includes('failed')) return 'failing';
  return results.includes('passed') ? 'proven' : 'open';
}

/** Promises that were proven once and are not any more. */
export function lostOf(promises: readonly Promised[], tests: readonly RunTest[]): Promised[] {
  return promises.filter((promise) => promise.proven && statusOf(promise, tests) !== 'proven');
}

/** docs/promises.md: every promise, the tests that name it, and what became of them in a run. */
export function promisesPage(promises: readonly Promised[], tests: readonly RunTest[]): string {
  const count = (wanted: ConsentStatus) => promises.filter((one) => statusOf(one, tests) === wanted).length;
  const failing = count('failing');
  const counts = [
    `${count('proven')} proven`,
    `${count('open')} open`,
    ...(failing ? [`${failing} failing`] : []),
  ];
  const sections = Object.entries(SECTIONS).map(([letter, heading]) => {
    const own = promises.filter(({ id }) => id.startsWith(letter));
    return `## ${letter}. ${heading}\n\n${own.map((promise) => entry(promise, tests)).join('\n\n')}\n`;
  });
  return `# Promises and their proof

<!-- Written by npm run promises from a run of the tests. -->

${promises.length} promises: ${counts.join(', ')}. A test proves the promises whose IDs stand in its title. A promise without a
test stands here as open.

${sections.join('\n')}`;
}

function entry(promise: Promised, tests: readonly RunTest[]): string {
  const heading = `**${promise.id}** ${promise.title}: **${statusOf(promise, tests)}**`;
  const lines = groupedByPlace(testsOf(promise, tests)).map((cases) => `- ${caseLine(cases)}`);
  return lines.length === 0 ? heading : `${heading}\n\n${lines.join('\n')}`;
}

function caseLine(cases: readonly RunTest[]): string {
  const [first] = cases;
  if (!first) return '';
  const bad =
    cases.find(({ result }) => result === 'failed') ?? cases.find(({ result }) => result === 'skipped');
  const shown = bad ?? first;
  const more = cases.length > 1 ? ` (${cases.length} cases)` : '';
  return `${shown.result}: ${inline(shown.title)}${more}, \`${shown.file}\``;
}

/** The cases of one table of tests together, in the order of their files and lines. */
function groupedByPlace(tests: readonly RunTest[]): RunTest[][] {
  const ordered = tests.toSorted(
    (a, b) => a.file.localeCompare(b.file, 'en') || a.line - b.line || a.title.localeCompare(b.title, 'en'),
  );
  return [...Map.groupBy(ordered, ({ file, line }) => `${file}:${line}`).values()];
}

/** A title as one line that Markdown leaves alone. */
function inline(title: string): string {
  return title.replace(/\s+/g, ' ').replace(/[\\`*_<>[\]|]/g, '\\$&');
}
