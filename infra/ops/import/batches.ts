import { IMPORT_ROWS } from '../../../lib/consent/import-format.ts';
import { MAXIMUM_BODY_BYTES } from '../../../lib/http/api.ts';
import type { FileRow } from './file-rows.ts';

/** The rows of one request. */
export interface Batch {
  readonly firstRow: number;
  readonly rows: number;
  /** NDJSON. */
  readonly body: string;
  /** Bytes of the file up to and with its last row. */
  readonly end: number;
}

/** A row that is larger than a request may be. */
export interface TooLarge {
  readonly tooLarge: number;
  readonly end: number;
}

/**
 * Groups rows, in their order, into requests. A request has limits for its rows and its bytes.
 *
 * @param from the number of the row to begin with.
 */
export async function* batchesOf(rows: AsyncIterable<FileRow>, from = 1): AsyncGenerator<Batch | TooLarge> {
  let lines: string[] = [];
  let bytes = 0;
  let firstRow = from;
  let end = 0;
  const batch = (): Batch => ({ firstRow, rows: lines.length, body: lines.join('\n'), end });
  for await (const next of rows) {
    if (next.row < from) continue;
    const size = Buffer.byteLength(next.json) + 1;
    const isFull = lines.length === IMPORT_ROWS || bytes + size > MAXIMUM_BODY_BYTES;
    if (lines.length > 0 && isFull) {
      yield batch();
      lines = [];
      bytes = 0;
    }
    if (size > MAXIMUM_BODY_BYTES) {
      yield { tooLarge: next.row, end: next.end };
      continue;
    }
    if (lines.length === 0) firstRow = next.row;
    lines.push(next.json);
    bytes += size;
    end = next.end;
  }
  if (lines.length > 0) yield batch();
}
