import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { CsvError, type Info, parse } from 'csv-parse';
import { IMPORT_COLUMNS } from '../../../lib/consent/import-format.ts';
import { linesOf } from '../backup/lines.ts';
import { UsageProblem } from '../problem.ts';

/** A row of a file, as one line of NDJSON. */
export interface FileRow {
  /** From 1; neither a header nor an empty line is a row. */
  readonly row: number;
  readonly json: string;
  /** Bytes of the file up to and including this row. */
  readonly end: number;
}

/**
 * Reads the rows of a CSV or NDJSON file one at a time, as the API reads them.
 *
 * @throws UsageProblem for another kind of file, missing columns, and broken quotes.
 */
export function rowsOf(path: string): AsyncGenerator<FileRow> {
  switch (extname(path).toLowerCase()) {
    case '.csv':
      return csvRows(path);
    case '.ndjson':
    case '.jsonl':
      return jsonRows(path);
    default:
      throw new UsageProblem('The file must be a .csv, or an .ndjson with an object on each line.');
  }
}

async function* csvRows(path: string): AsyncGenerator<FileRow> {
  const options = { bom: true, trim: true, skip_empty_lines: true, relax_column_count: true, info: true };
  const source = createReadStream(path);
  const parser = source.pipe(parse(options));
  source.once('error', (error) => parser.destroy(error));
  let header: string[] | undefined;
  let row = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      if (!header) {
        header = columnsOf(record);
        continue;
      }
      row++;
      const columns = header;
      const fields = IMPORT_COLUMNS.map((name) => [name, record[columns.indexOf(name)]]);
      yield { row, json: JSON.stringify(Object.fromEntries(fields)), end: info.bytes };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UsageProblem(`After row ${row} the file is not valid CSV. ${error.message}`);
  }
}

function columnsOf(record: readonly string[]): string[] {
  const columns = record.map((name) => name.toLowerCase());
  const missing = IMPORT_COLUMNS.filter((name) => !columns.includes(name));
  if (missing.length === 0) return columns;
  throw new UsageProblem(`The first line must name the columns. Missing: ${missing.join(', ')}.`);
}

async function* jsonRows(path: string): AsyncGenerator<FileRow> {
  let row = 0;
  let end = 0;
  for await (const line of linesOf(path)) {
    end += Buffer.byteLength(line) + 1;
    const json = line.replace(/^\ufeff/, '').trim();
    if (json !== '') yield { row: ++row, json, end };
  }
}

/** Makes an import's id, a UUID of version 8, from the file's bytes, so that the same file is the same import. */
export async function importIdOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const hex = hash.digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
