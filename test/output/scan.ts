import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter } from 'vitest/node';
import { REPORT_FOLDER } from '../setup/exercised.ts';
import { leaksIn } from './leaks.ts';

/** The file with all output of the code under test during a run. */
export const OUTPUT_PATH = join(REPORT_FOLDER, 'output.log');

/** Fails the run when a line that any test made the code log contains a phone number, a secret or a text. */
export const outputScan: Reporter = {
  onInit: () => rmSync(OUTPUT_PATH, { force: true }),
  onTestRunEnd: () => {
    if (!existsSync(OUTPUT_PATH)) return;
    const leaks = leaksIn(readFileSync(OUTPUT_PATH, 'utf8'));
    if (leaks.length === 0) return;
    process.stderr.write(
      `\nThe logs of this run hold what may never be logged:\n${leaks.slice(0, 20).join('\n')}\n`,
    );
    process.exitCode = 1;
  },
};
