import { stat } from 'node:fs/promises';
import pc from 'picocolors';
import * as z from 'zod';
import { defineCommand, flag, runCommand, wholeNumber } from '../command.ts';
import { EnvironmentProblem, EXIT_CODES, type ExitCode, UsageProblem } from '../problem.ts';
import { startProgress } from '../progress.ts';
import type { Answered, Api } from './api.ts';
import { importIdOf } from './file-rows.ts';
import { importFile } from './import-file.ts';
import { createResults } from './results.ts';

export const importCommand = defineCommand({
  usage: 'SENDGATE_TOKEN=... npm run import -- --url URL --file FILE [options]',
  about: `Sends a file of documented opt-ins to the API, as many rows a request as it takes: number, date, method, proof, wording.
Rows that were refused, or that a later opt-out outranks, go into a file of their own with the reason.
Sending a file again, as a whole or from a row, adds no event twice.`,
  options: {
    url: {
      takes: 'URL',
      help: 'the output ApiUrl of the stack; http://127.0.0.1:4010 with npm start',
      schema: z.url({ protocol: /^https?$/, error: 'takes an http(s) URL' }),
    },
    file: {
      takes: 'FILE',
      help: 'a .csv whose first line names the columns, or an .ndjson with an object on each line',
      schema: z.string(),
    },
    results: {
      takes: 'FILE',
      help: 'where the rows go that were not taken (FILE.results.csv)',
      schema: z.string().optional(),
    },
    'dry-run': flag('says what importing would do, and records nothing'),
    from: {
      takes: 'ROW',
      help: 'goes on from a row, where an import broke off; adds to the results',
      schema: wholeNumber(1, 1e9, 1),
    },
    'at-once': { takes: 'N', help: 'requests under way at once (4)', schema: wholeNumber(1, 16, 4) },
  },
  notes: "SENDGATE_TOKEN is an admin's token. A finding is a row that was refused.",
  async run(values): Promise<ExitCode> {
    const { url, file: path, 'dry-run': dryRun, from, 'at-once': atOnce, results } = values;
    const token = process.env['SENDGATE_TOKEN'];
    if (!token) throw new EnvironmentProblem("Set SENDGATE_TOKEN to an admin's token.");
    const size = await sizeOf(path);
    const api = { url, token, dryRun, importId: await importIdOf(path) };
    const resultsPath = results ?? `${path}.results.csv`;
    const counts = await sendFile({ api, path, size, from, atOnce, resultsPath });
    printSummary(counts, api, resultsPath);
    return counts.invalid > 0 ? EXIT_CODES.finding : EXIT_CODES.fine;
  },
});

async function sizeOf(path: string): Promise<number> {
  const file = await stat(path).catch(() => undefined);
  if (!file?.isFile()) throw new UsageProblem(`${path} is no file that can be read.`);
  return file.size;
}

interface FileToSend {
  readonly api: Api;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly from: number;
  readonly atOnce: number;
  readonly resultsPath: string;
}
type Counts = Record<Answered['outcome'], number>;

/** Sends the file, shows the progress and writes the results. @returns the number of rows by outcome. */
async function sendFile({ api, path, size, from, atOnce, resultsPath }: FileToSend): Promise<Counts> {
  const counts: Counts = { recorded: 0, unchanged: 0, late: 0, invalid: 0 };
  const results = createResults(resultsPath, from > 1);
  await results.begin();
  const progress = startProgress('', size, '{rows} rows | {speed} rows/s');
  const begun = Date.now();
  let rows = 0;
  const onAnswered = async (answered: readonly Answered[], end: number) => {
    for (const { outcome } of answered) counts[outcome]++;
    await results.add(answered.filter(({ outcome }) => outcome === 'late' || outcome === 'invalid'));
    rows += answered.length;
    const speed = Math.round((rows * 1000) / (Date.now() - begun + 1));
    progress.moveTo(Math.min(end, size), { rows, speed });
  };
  try {
    await importFile({ path, api, atOnce, from, onAnswered });
  } finally {
    progress.stop();
    await results.end();
  }
  return counts;
}

function printSummary({ recorded, unchanged, late, invalid }: Counts, api: Api, resultsPath: string): void {
  const verb = api.dryRun ? 'would be recorded' : 'recorded';
  console.log(
    `${pc.green(`${recorded} ${verb}`)}, ${unchanged} opted in already, ${late} outranked, ${invalid} refused.`,
  );
  if (late + invalid > 0) console.log(`Why, row by row: ${resultsPath}`);
  console.log(pc.dim(`Import ${api.importId}: in the evidence of every event that it recorded.`));
}

if (import.meta.main) await runCommand(importCommand);
