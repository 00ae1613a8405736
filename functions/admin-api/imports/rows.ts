import { CsvError, parse } from 'csv-parse/sync';
import { IMPORT_COLUMNS, IMPORT_ROWS } from '../../../lib/consent/import-format.ts';
import { invalidField } from '../../../lib/http/route.ts';

/** A row of an import as it was sent. */
export interface RawRow {
  /** Counted from 1, without the header. */
  readonly row: number;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Why the line is no row, as a sentence. */
  readonly fault?: string;
}

/**
 * Reads the rows of an import. Unknown columns and fields are left out.
 *
 * @param columns the columns of CSV, or fields of NDJSON, all of which must be there.
 * @throws RequestProblem 422 when the text as a whole cannot be used: no rows, too many, columns missing, broken quotes.
 */
export function readRows(
  text: string,
  contentType: string,
  columns: readonly string[] = IMPORT_COLUMNS,
): RawRow[] {
  const rows = contentType === 'text/csv' ? csvRows(text, columns) : jsonRows(text, columns);
  if (rows.length === 0) throw invalidField('body', 'There are no rows in it.');
  if (rows.length > IMPORT_ROWS) {
    throw invalidField('body', `There are ${rows.length} rows in it. Send at most ${IMPORT_ROWS} at a time.`);
  }
  return rows;
}

function csvRows(text: string, columns: readonly string[]): RawRow[] {
  let lines: string[][];
  try {
    lines = parse(text, { bom: true, trim: true, skip_empty_lines: true, relax_column_count: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // The message may quote a part of the text. It is only returned to the caller who sent the text.
    throw invalidField('body', `This is not valid CSV. ${error.message}`);
  }
  const header = (lines.shift() ?? []).map((name) => name.toLowerCase());
  const missing = columns.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw invalidField('body', `The first line must name the columns. Missing: ${missing.join(', ')}.`);
  }
  return lines.map((values, index) => ({
    row: index + 1,
    fields: Object.fromEntries(columns.map((name) => [name, values[header.indexOf(name)]])),
  }));
}

function jsonRows(text: string, columns: readonly string[]): RawRow[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      const row = index + 1;
      try {
        const value: unknown = JSON.parse(line);
        if (typeof value === 'object' && value !== null) {
          const sent = value as Record<string, unknown>;
          return { row, fields: Object.fromEntries(columns.map((name) => [name, sent[name]])) };
        }
      } catch {
        // Reported below, like a line that is JSON but no object.
      }
      return { row, fields: {}, fault: 'This line is no JSON object.' };
    });
}
