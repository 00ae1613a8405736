import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { stringify } from 'csv-stringify/sync';
import type { Answered } from './api.ts';

const HEADER = ['row', 'number', 'outcome', 'reason'];

/**
 * Creates the file of the rows that were not recorded, with their reasons. It holds phone numbers, so only its owner can read it.
 *
 * @param isContinued appends to the file of an import that broke off.
 */
export function createResults(path: string, isContinued: boolean) {
  const file = createWriteStream(path, { flags: isContinued ? 'a' : 'w', mode: 0o600 });
  const failed = once(file, 'error').then(([error]) => Promise.reject(error));
  failed.catch(() => {});
  const write = async (lines: (string | number)[][]) => {
    // A cell that a spreadsheet would take for a formula gets a quote in front. A number with its plus is no formula.
    const cast = {
      string: (value: string) => (/^\+\d+$/.test(value) ? { value, escape_formulas: false } : value),
    };
    if (!file.write(stringify(lines, { escape_formulas: true, cast })))
      await Promise.race([once(file, 'drain'), failed]);
  };
  return {
    begin: async (): Promise<void> => {
      if (!isContinued) await write([HEADER]);
    },
    add: async (rows: readonly Answered[]): Promise<void> => {
      const lines = rows.map(({ row, number = '', outcome, reason = '' }) => [row, number, outcome, reason]);
      if (lines.length > 0) await write(lines);
    },
    end: async (): Promise<void> => {
      file.end();
      await finished(file);
    },
  };
}
