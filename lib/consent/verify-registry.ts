import { pauseBeforeRetry, type TableDeps } from '../runtime/dynamodb.ts';
import { readStored, scanRegistry } from './scan-registry.ts';
import { auditStored, type StoredAudit, type StoredFault, type StoredNumber } from './stored-number.ts';

/** A number with a fault in its stored items. */
export interface NumberFault extends StoredFault {
  /** The last four digits only: a report is passed around. */
  readonly number: string;
}

export interface RegistryVerification {
  readonly numbers: number;
  readonly events: number;
  readonly faults: readonly NumberFault[];
}

export interface VerifyOptions {
  /** Called with the count of items read since the last call. */
  readonly onRead?: (items: number) => void;
}

/** Most reads of a number before a fault is reported: an event can be recorded between two scan pages. */
const MAXIMUM_READS = 3;

/**
 * Verifies every number of the registry (X2). Finds any event that was altered, dropped, added or reordered, a state that does
 * not follow from the events, and a marker or list entry that does not belong to them.
 *
 * Cannot find a number that was removed with all its items; the table's policy denies every delete.
 */
export async function verifyRegistry(
  deps: TableDeps,
  { onRead = () => {} }: VerifyOptions = {},
): Promise<RegistryVerification> {
  const faults: NumberFault[] = [];
  let numbers = 0;
  let events = 0;
  for await (const stored of scanRegistry(deps)) {
    numbers++;
    events += stored.events.length;
    onRead(stored.events.length + stored.sources.length + stored.keywords.length + 1);
    const { fault } = (await auditWithRereads(deps, stored)).audit;
    if (fault) faults.push({ ...fault, number: maskNumber(stored.number) });
  }
  return { numbers, events, faults };
}

/**
 * Verifies a scanned number (X2). Reads the number again when it has a fault, since an event may have been recorded between two
 * scan pages.
 *
 * @returns the items that were verified last, and their audit.
 */
export async function auditWithRereads(
  deps: TableDeps,
  scanned: StoredNumber,
): Promise<{ readonly stored: StoredNumber; readonly audit: StoredAudit }> {
  let stored = scanned;
  let audit = auditStored(stored);
  for (let read = 1; audit.fault && read < MAXIMUM_READS; read++) {
    await pauseBeforeRetry(read);
    stored = await readStored(deps, stored.number);
    audit = auditStored(stored);
  }
  return { stored, audit };
}

/** Masks a number for reports: an ellipsis and its last four digits. */
export function maskNumber(number: string): string {
  return `…${number.slice(-4)}`;
}
