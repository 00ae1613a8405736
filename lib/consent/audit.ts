import type { Item } from '../runtime/dynamodb.ts';
import type { ConsentEvent } from './consent-event.ts';
import { readableEvent, readableState } from './consent-items.ts';
import { type ChainFault, type ReplayStep, verifyChain } from './ledger.ts';
import type { ConsentState } from './state.ts';

/** A number's ledger as it is stored, and its first fault. */
export interface Audit {
  /** Undefined when the stored state cannot be read, which is a fault. */
  readonly state: ConsentState | undefined;
  /** In the order of their keys. Events that cannot be read are left out, which is a fault. */
  readonly events: readonly ConsentEvent[];
  /** The first fault; undefined when everything holds. */
  readonly fault: ChainFault | undefined;
}

/**
 * Verifies a number's stored items (X2). Pure.
 *
 * @param items its event items, in the order of their keys. @param storedState its state item; undefined when there is none.
 * @param onStep called for each event that holds, as by `verifyChain`.
 * @returns the state, the readable events, and the first fault.
 */
export function auditItems(
  items: readonly Item[],
  storedState: Item | undefined,
  number: string,
  onStep?: ReplayStep,
): Audit {
  const parsed = items.map(readableEvent);
  const events = parsed.filter((event) => event !== undefined);
  const state = readableState(storedState, number);
  return { state, events, fault: faultOf(parsed, events, state, onStep) };
}

function faultOf(
  parsed: readonly (ConsentEvent | undefined)[],
  events: readonly ConsentEvent[],
  state: ConsentState | undefined,
  onStep: ReplayStep | undefined,
): ChainFault | undefined {
  const unreadable = parsed.indexOf(undefined);
  if (unreadable >= 0) return { sequence: unreadable + 1, fault: 'altered' };
  if (!state) return { sequence: events.length + 1, fault: 'stateDiffers' };
  return verifyChain(events, state, onStep);
}
