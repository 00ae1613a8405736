import { stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Presets, SingleBar } from 'cli-progress';
import pc from 'picocolors';
import type { Answered } from './api.ts';
import { importIdOf } from './file-rows.ts';
import { BrokenOff, importFile } from './import-file.ts';
import { createResults } from './results.ts';

const HELP = `SENDGATE_TOKEN=... npm run import -- --url URL --file FILE [options]

Sends a file of documented opt-ins to the API, as many rows a request as it takes: number, date, method, proof, wording.
Rows that were refused, or that a later opt-out outranks, go into a file of their own with the reason.
Sending a file again, as a whole or from a row, adds no event twice.

  --url URL         the output ApiUrl of the stack; http://127.0.0.1:4010 with npm start
  --file FILE       a .csv whose first line names the columns, or an .ndjson with an object on each line
  --results FILE    where the rows go that were not taken (FILE.results.csv)
  --dry-run         says what importing would do, and records nothing
  --from ROW        goes on from a row, where an import broke off; adds to the results
  --at-once N       requests under way at once (4)

SENDGATE_TOKEN is a token of an admin's. Ends with 1 when rows were refused, with 2 when the import broke off.`;

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    file: { type: 'string' },
    results: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    from: { type: 'string', default: '1' },
    'at-once': { type: 'string', default: '4' },
    help: { type: 'boolean', default: false },
  },
});

function count(name: 'from' | 'at-once', most: number): number {
  const given = Number(values[name]);
  if (Number.isInteger(given) && given >= 1 && given <= most) return given;
  throw new Error(`--${name} takes a whole number from 1 to ${most}`);
}

async function run(): Promise<number> {
  const { url, file: path, 'dry-run': dryRun } = values;
  const token = process.env['SENDGATE_TOKEN'];
  if (url === undefined || path === undefined)
    throw new Error('Say --url and --file. --help tells the rest.');
  if (!token) throw new Error('Set SENDGATE_TOKEN to a token of an admin’s.');
  const from = count('from', 1e9);
  const atOnce = count('at-once', 16);
  const { size } = await stat(path);
  const api = { url, token, dryRun, importId: await importIdOf(path) };
  const resultsPath = values.results ?? `${path}.results.csv`;
  const results = createResults(resultsPath, from > 1);
  await results.begin();
  const format = '{bar} {percentage}% | {rows} rows | {speed} rows/s | {eta_formatted} left';
  const bar = new SingleBar({ format, hideCursor: true, etaBuffer: 50 }, Presets.shades_classic);
  const counts = { recorded: 0, unchanged: 0, late: 0, invalid: 0 };
  const begun = Date.now();
  let rows = 0;
  bar.start(Math.max(1, size), 0, { rows, speed: 0 });
  try {
    const onAnswered = async (answered: readonly Answered[], end: number) => {
      for (const { outcome } of answered) counts[outcome]++;
      await results.add(answered.filter(({ outcome }) => outcome === 'late' || outcome === 'invalid'));
      rows += answered.length;
      bar.update(Math.min(end, size), { rows, speed: Math.round((rows * 1000) / (Date.now() - begun + 1)) });
    };
    await importFile({ path, api, atOnce, from, onAnswered });
  } finally {
    bar.stop();
    await results.end();
  }
  const { recorded, unchanged, late, invalid } = counts;
  const verb = dryRun ? 'would be recorded' : 'recorded';
  console.log(
    `${pc.green(`${recorded} ${verb}`)}, ${unchanged} opted in already, ${late} outranked, ${invalid} refused.`,
  );
  if (late + invalid > 0) console.log(`Why, row by row: ${resultsPath}`);
  console.log(pc.dim(`Import ${api.importId}: in the evidence of every event that it recorded.`));
  return invalid > 0 ? 1 : 0;
}

if (values.help) console.log(HELP);
else {
  process.exitCode = await run().catch((error: unknown) => {
    console.error(pc.red(error instanceof Error ? error.message : String(error)));
    if (error instanceof BrokenOff) console.error(`Go on with --from ${error.from}.`);
    return 2;
  });
}
