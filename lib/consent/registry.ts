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

/** Records and reads consent events. Code outside `lib/consent` writes to the consent table through this registry only. */
export interface ConsentRegistry {
  /**
   * Adds one event to a number's ledger and moves its state, in one transaction (X2). The same source event twice
   * is one event.
   *
   * @param before the snapshot that `loadSnapshot` returned; when it is absent, `record` reads one.
   * @throws Error when the event is malformed, an opt-in is undocumented (S6), or other writers were first at every attempt.
   */
  record(newEvent: NewConsentEvent, before?: RegistrySnapshot): Promise<Recorded>;
  /**
   * Reads a number's snapshot before an event is recorded, so that a caller can read other things at the same time. A stale
   * snapshot does no harm: the event's write conditions fail, and `record` reads again.
   */
  loadSnapshot(of: Pick<NewConsentEvent, 'number' | 'sourceId'>): Promise<RegistrySnapshot>;
  /** Reads the snapshots for many events in one request. @param of at most `SNAPSHOTS_PER_READ`. @returns in the order of `of`. */
  loadSnapshots(of: readonly Pick<NewConsentEvent, 'number' | 'sourceId'>[]): Promise<RegistrySnapshot[]>;
  /**
   * Prepares the writes that add one event to a number's ledger, so that a caller can add its own writes to the transaction.
   * The transaction fails when the state has changed, or the source event is recorded already.
   *
   * @param state the state that the caller read and decided on. @param newEvent an event that changes this state.
   * @throws Error when the event is malformed.
   */
  prepare(state: ConsentState, newEvent: NewConsentEvent): Promise<PreparedEvent>;
  /** Reads the number's state, strongly consistent. */
  read(number: string): Promise<ConsentState>;
  /** Reads the states of many numbers, strongly consistent: one request for every hundred. */
  readMany(numbers: readonly string[]): Promise<Map<string, ConsentState>>;
  /** Reads every event of the number, in the order of their sequence. */
  events(number: string): Promise<ConsentEvent[]>;
  /** Recomputes the number's chain (X2). @returns the first fault, or undefined when nothing was altered. */
  verify(number: string): Promise<ChainFault | undefined>;
  /** Reads the number's state and events as of one moment and verifies them, for a certificate (X2). */
  audit(number: string): Promise<Audit>;
}

/** Creates the consent registry. @param deps.table the consent table. */
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
