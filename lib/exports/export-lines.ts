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

/** What an export begins with. */
export function headOf(format: ExportFormat): string {
  return format === 'csv' ? csv([[...COLUMNS]]) : '';
}

/** A number and what is stored of it. */
export interface Exported extends StoredAudit {
  readonly number: string;
}

/** Writes numbers as an export has them: in CSV a line per event, in NDJSON a line with a number's state and all its events. */
export interface Lines {
  add(exported: Exported): void;
  /** Bytes that were added since the last `take`, at least. */
  size(): number;
  take(): Buffer<ArrayBuffer>;
}

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

/** Lines become text together: putting one together by itself costs more than all that is in it. */
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

function jsonLine({ number, state, events, fault }: Exported): string {
  return `${JSON.stringify({ number, verified: fault ?? true, consent: state, events })}\n`;
}

function csvLines({ number, state, events, fault }: Exported): (string | number)[][] {
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
  // A number whose events cannot be read at all is in the export nevertheless.
  return lines.length > 0 ? lines : [[...current, ...Array(COLUMNS.length - current.length).fill('')]];
}

const PLAIN_NUMBER = /^\+\d+$/;

/**
 * CSV that a spreadsheet opens without running anything: a cell that it would take for a formula gets a quote in front.
 * Numbers keep their plus sign, since digits alone compute nothing and an export must be readable by machines.
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
