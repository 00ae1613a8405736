import { stringify } from 'csv-stringify/sync';
import { wordsOfEvent } from '../consent/as-of.ts';
import type { StoredAudit } from '../consent/stored-number.ts';
import type { ExportFormat } from './export.ts';

const COLUMNS = [
  'number',
  'status',
  'optInRequest',
  'carrierBlocked',
  'verified',
  'sequence',
  'event',
  'occurredAt',
  'recordedAt',
  'effect',
  'statusBefore',
  'statusAfter',
  'source',
  'words',
  'evidence',
  'sourceId',
  'previousHash',
  'hash',
] as const;

/** The first line of an export: the column names in CSV, nothing in NDJSON. */
export function headOf(format: ExportFormat): string {
  return format === 'csv' ? csv([[...COLUMNS]]) : '';
}

/** A number with its stored state and events, and the result of their verification. */
export interface ExportedNumber extends StoredAudit {
  /** E.164. */
  readonly number: string;
}

/** Collects the lines of an export. CSV has a line per event; NDJSON has a line per number with its state and all events. */
export interface Lines {
  add(exported: ExportedNumber): void;
  /** A lower bound of the bytes that were added since the last `take`. */
  size(): number;
  /** Returns the lines that were added since the last `take`. */
  take(): Buffer<ArrayBuffer>;
}

/** Creates the collector of lines for a format (S7). */
export function createLines(format: ExportFormat): Lines {
  return format === 'csv' ? createCsvLines() : createJsonLines();
}

function createJsonLines(): Lines {
  let text = '';
  return {
    add: (exported) => {
      text += jsonLine(exported);
    },
    size: () => text.length,
    take: () => {
      const taken = Buffer.from(text);
      text = '';
      return taken;
    },
  };
}

/** Formats all collected lines in one call: a call per line costs more than formatting its cells. */
function createCsvLines(): Lines {
  let lines: (string | number)[][] = [];
  let size = 0;
  return {
    add: (exported) => {
      for (const line of csvLines(exported)) {
        lines.push(line);
        for (const cell of line) size += typeof cell === 'string' ? cell.length : 1;
      }
    },
    size: () => size,
    take: () => {
      const taken = Buffer.from(csv(lines));
      lines = [];
      size = 0;
      return taken;
    },
  };
}

function jsonLine({ number, state, events, fault }: ExportedNumber): string {
  return `${JSON.stringify({ number, verified: fault ?? true, consent: state, events })}\n`;
}

function csvLines({ number, state, events, fault }: ExportedNumber): (string | number)[][] {
  const current = [
    number,
    state?.status ?? '',
    state?.optInRequest ?? '',
    state ? String(state.carrierBlocked) : '',
    fault ? `event ${fault.sequence}: ${fault.fault}` : 'yes',
  ];
  const lines = events.map((event) => [
    ...current,
    event.sequence,
    event.kind,
    event.occurredAt,
    event.recordedAt,
    event.effect,
    event.before,
    event.after,
    event.evidence.source,
    wordsOfEvent(event) ?? '',
    JSON.stringify(event.evidence),
    event.sourceId,
    event.previousHash,
    event.hash,
  ]);
  // A number without readable events still gets a line.
  return lines.length > 0 ? lines : [[...current, ...Array(COLUMNS.length - current.length).fill('')]];
}

const PLAIN_NUMBER = /^\+\d+$/;

/**
 * Formats CSV that is safe to open in a spreadsheet: a cell that would run as a formula gets a leading quote. Phone numbers
 * keep their plus sign without a quote, since digits alone compute nothing and machines must be able to read them.
 */
function csv(lines: (string | number)[][]): string {
  if (lines.length === 0) return '';
  return stringify(lines, {
    escape_formulas: true,
    record_delimiter: 'windows',
    cast: {
      string: (value) => (PLAIN_NUMBER.test(value) ? { value, escape_formulas: false } : value),
    },
  });
}
