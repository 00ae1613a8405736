import { pauseBeforeRetry, type TableDeps } from '../runtime/dynamodb.ts';
import { readStored, scanRegistry } from './scan-registry.ts';
import { auditStored, type StoredAudit, type StoredFault, type StoredNumber } from './stored-number.ts';

/** A number of which something stored does not hold. */
export interface NumberFault extends StoredFault {
  /** Its last four digits only: a report is passed around. */
  readonly number: string;
}

export interface RegistryVerification {
  readonly numbers: number;
  readonly events: number;
  readonly faults: readonly NumberFault[];
}

export interface VerifyOptions {
  /** Takes how many items were read since the last call. */
  readonly onRead?: (items: number) => void;
}

/** A number is read again this often before it is called wrong: an event can be recorded between two reads. */
const READS = 3;

/**
 * Verifies every number of the registry (X2): any event that was altered, dropped, added or reordered, a state that does not
 * follow from the events, a marker or list entry that does not belong to them.
 *
 * A number that was removed with all its items leaves nothing to be found here; the table's policy denies every delete.
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
    const { fault } = (await auditSettled(deps, stored)).audit;
    if (fault) faults.push({ ...fault, number: maskNumber(stored.number) });
  }
  return { numbers, events, faults };
}

/**
 * A number as it stands, and what is wrong with it. Read again where something seems wrong: an event may have been recorded
 * between two pages.
 */
export async function auditSettled(
  deps: TableDeps,
  walked: StoredNumber,
): Promise<{ readonly stored: StoredNumber; readonly audit: StoredAudit }> {
  let stored = walked;
  let audit = auditStored(stored);
  for (let read = 1; audit.fault && read < READS; read++) {
    await pauseBeforeRetry(read);
    stored = await readStored(deps, stored.number);
    audit = auditStored(stored);
  }
  return { stored, audit };
}

/** The last four digits of a number. */
export function maskNumber(number: string): string {
  return `…${number.slice(-4)}`;
}
