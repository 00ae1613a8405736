import type { ClockedTableDeps } from '../runtime/dynamodb.ts';
import type { Audit } from './audit.ts';
import type { ConsentEvent, NewConsentEvent } from './consent-event.ts';
import type { ChainFault } from './ledger.ts';
import {
  auditNumber,
  loadSnapshot,
  loadSnapshots,
  type RegistrySnapshot,
  readEvents,
  readState,
  readStates,
} from './read-registry.ts';
import { type PreparedEvent, prepareEvent, type Recorded, recordEvent } from './record-event.ts';
import type { ConsentState } from './state.ts';

export type { RegistrySnapshot } from './read-registry.ts';
export type { PreparedEvent, Recorded } from './record-event.ts';

/** The consent registry: the only code that touches the consent table. */
export interface ConsentRegistry {
  /**
   * Adds one event to a number's ledger and moves its state, in one transaction. The same source event twice
   * is one event.
   *
   * @param before what `loadSnapshot` answered; without it, it is read now.
   * @throws Error when the occurrence is malformed, or the number is written to without end.
   */
  record(newEvent: NewConsentEvent, before?: RegistrySnapshot): Promise<Recorded>;
  /**
   * What stands of a number before an event is recorded, for whoever has something else to read at the same time. Nothing
   * rests on it being current: where it is not, the event's own conditions fail and it is read again.
   */
  loadSnapshot(of: Pick<NewConsentEvent, 'number' | 'sourceId'>): Promise<RegistrySnapshot>;
  /** The same of many events, in one request. @param of at most `SNAPSHOTS_PER_READ`. @returns in their order. */
  loadSnapshots(of: readonly Pick<NewConsentEvent, 'number' | 'sourceId'>[]): Promise<RegistrySnapshot[]>;
  /**
   * The writes that add one event to a number's ledger, for whoever must write more in the same transaction. They fail
   * when the state has moved on, or the source event is known.
   *
   * @param state of the number, as it was decided on. @param occurrence one that changes it.
   */
  prepare(state: ConsentState, newEvent: NewConsentEvent): Promise<PreparedEvent>;
  /** The number's state now, strongly consistent. */
  read(number: string): Promise<ConsentState>;
  /** The states of many numbers now, strongly consistent: one request for every hundred. */
  readMany(numbers: readonly string[]): Promise<Map<string, ConsentState>>;
  /** Every event of the number, oldest first. */
  events(number: string): Promise<ConsentEvent[]>;
  /** Recomputes the number's chain (X2). Undefined when nothing was altered. */
  verify(number: string): Promise<ChainFault | undefined>;
  /** State, events and verification of the same moment: what a certificate is made of (X2). */
  audit(number: string): Promise<Audit>;
}

/** @param deps.table the consent table. */
export function createConsentRegistry(deps: ClockedTableDeps): ConsentRegistry {
  return {
    record: (newEvent, before) => recordEvent(deps, newEvent, before),
    loadSnapshot: (of) => loadSnapshot(deps, of),
    loadSnapshots: (of) => loadSnapshots(deps, of),
    prepare: (state, newEvent) => prepareEvent(deps, state, newEvent),
    read: (number) => readState(deps, number),
    readMany: (numbers) => readStates(deps, numbers),
    events: (number) => readEvents(deps, number),
    verify: async (number) => (await auditNumber(deps, number)).fault,
    audit: (number) => auditNumber(deps, number),
  };
}
