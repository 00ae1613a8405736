/** The status of a promise: `lost` was proven by an earlier run and is not any more. */
export const promiseStatuses = ['proven', 'failing', 'open', 'lost'] as const;
export type PromiseStatus = (typeof promiseStatuses)[number];

/** A promise of the product, as its row of docs/promises.md says it. */
export interface Promised {
  readonly id: string;
  readonly title: string;
  /** What the last run that was written down said. */
  readonly status: PromiseStatus;
}

/** A test of a run. */
export interface RunTest {
  readonly file: string;
  readonly title: string;
  readonly result: 'passed' | 'failed' | 'skipped';
}

const ROW = /^\| ([HSCTBXUOF]\d{1,2}) \| (.+?) \| (proven|failing|open|lost) \| .*\|$/gm;
const COUNTS = /^\d+ promises: .*$/m;

/** Finds the promises that a test's title names, as whole words: `H5 S2 a form ...`. */
export function idsIn(title: string): string[] {
  return [...title.matchAll(/\b[HSCTBXUOF]\d{1,2}\b/g)].map(([id]) => id);
}

/** Finds the tests that name a promise. */
function testsOf({ id }: Pick<Promised, 'id'>, tests: readonly RunTest[]): RunTest[] {
  return tests.filter(({ title }) => idsIn(title).includes(id));
}

/** Calls a promise proven when at least one of its tests passed and none failed; a skipped test proves nothing. */
export function statusOf(promise: Promised, tests: readonly RunTest[]): PromiseStatus {
  const results = testsOf(promise, tests).map(({ result }) => result);
  if (results.includes('failed')) return 'failing';
  if (results.includes('passed')) return 'proven';
  return promise.status === 'open' ? 'open' : 'lost';
}

/** Reads the promises out of the page's rows. */
export function promisesIn(page: string): Promised[] {
  return [...page.matchAll(ROW)].map(([, id = '', title = '', word]) => ({
    id,
    title,
    status: promiseStatuses.find((status) => status === word) ?? 'open',
  }));
}

/** Finds the promises that an earlier run proved and this one does not. */
export function lostIn(page: string, tests: readonly RunTest[]): Promised[] {
  return promisesIn(page).filter(
    (promise) => promise.status !== 'open' && statusOf(promise, tests) !== 'proven',
  );
}

/** Finds what tests name as a promise and the page does not list. */
export function unlistedIn(page: string, tests: readonly RunTest[]): string[] {
  const listed = new Set(promisesIn(page).map(({ id }) => id));
  const named = new Set(tests.flatMap(({ title }) => idsIn(title)));
  return [...named].filter((id) => !listed.has(id)).toSorted();
}

/**
 * Writes status and test files into the rows of docs/promises.md, and the counts above them. Everything else in the page,
 * the promises' own words among it, is kept by hand.
 *
 * @throws Error when the page has no line of counts.
 */
export function withProof(page: string, tests: readonly RunTest[]): string {
  if (!COUNTS.test(page)) throw new Error('docs/promises.md needs a line that begins "<number> promises:"');
  const promises = promisesIn(page);
  const counts = promiseStatuses.flatMap((status) => {
    const count = promises.filter((promise) => statusOf(promise, tests) === status).length;
    return count > 0 ? `${count} ${status}` : [];
  });
  return page.replace(COUNTS, `${promises.length} promises: ${counts.join(', ')}.`).replace(ROW, (row) =>
    promisesIn(row)
      .map((promise) => rowOf(promise, tests))
      .join(''),
  );
}

function rowOf(promise: Promised, tests: readonly RunTest[]): string {
  const links = linksOf(testsOf(promise, tests));
  return `| ${promise.id} | ${promise.title} | ${statusOf(promise, tests)} | ${links} |`;
}

/** Links each test file once: `flow/opt-in` to `../test/flow/opt-in.test.ts`. */
function linksOf(tests: readonly RunTest[]): string {
  const files = [...new Set(tests.map(({ file }) => file))].toSorted();
  return files
    .map((file) => `[${file.replace(/^test\//, '').replace(/\.test\.ts$/, '')}](../${file})`)
    .join(', ');
}
