import { stringify } from 'csv-stringify/sync';
import { wordsOf } from '../consent/as-of.ts';
import { auditOf, type StoredFault, type StoredNumber } from '../consent/stored-number.ts';
import type { ExportFormat } from './export.ts';

const COLUMNS = [
  'number',
  'status',
  'promptStatus',
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
  return format === 'csv' ? csv([COLUMNS]) : '';
}

/**
 * One number as an export writes it: in CSV a line per event, in NDJSON a line with its state and all its events.
 *
 * @param fault what does not hold of what is stored of it, if anything.
 */
export function linesOf(format: ExportFormat, stored: StoredNumber, fault: StoredFault | undefined): string {
  const { number } = stored;
  const { state, events } = auditOf(stored);
  const verified = fault ?? true;
  if (format === 'ndjson') return `${JSON.stringify({ number, verified, consent: state, events })}\n`;
  const current = [
    number,
    state?.standing ?? '',
    state?.prompt ?? '',
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
    wordsOf(event) ?? '',
    JSON.stringify(event.evidence),
    event.sourceId,
    event.previousHash,
    event.hash,
  ]);
  // A number whose events cannot be read at all is in the export nevertheless.
  return csv(lines.length > 0 ? lines : [[...current, ...Array(COLUMNS.length - current.length).fill('')]]);
}

const PLAIN_NUMBER = /^\+\d+$/;

/**
 * CSV that a spreadsheet opens without running anything: a cell that it would take for a formula gets a quote in front.
 * Numbers keep their plus sign, since digits alone compute nothing and an export must be readable by machines.
 */
function csv(lines: readonly (readonly (string | number)[])[]): string {
  return stringify(
    lines.map((line) => [...line]),
    {
      escape_formulas: true,
      record_delimiter: 'windows',
      cast: {
        string: (value) => (PLAIN_NUMBER.test(value) ? { value, escape_formulas: false } : value),
      },
    },
  );
}
