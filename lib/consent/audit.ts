import type { Item } from '../runtime/dynamodb.ts';
import type { ConsentEvent } from './consent-event.ts';
import { readableEvent, readableState } from './consent-items.ts';
import { type ChainFault, type ReplayStep, verifyChain } from './ledger.ts';
import type { ConsentState } from './state.ts';

/** A number's ledger as it is stored, and what is wrong with it. */
export interface Audit {
  /** Undefined when the stored state cannot be read, which is a fault. */
  readonly state: ConsentState | undefined;
  /** In the order they are stored in, without those that can no longer be read, which is a fault. */
  readonly events: readonly ConsentEvent[];
  /** The first fault; undefined when everything holds. */
  readonly fault: ChainFault | undefined;
}

/**
 * Verifies a number's stored items (X2).
 *
 * @param items its event items, in the order of their keys. @param onStep as `verifyChain` takes it.
 */
export function auditItems(
  items: readonly Item[],
  storedState: Item | undefined,
  number: string,
  onStep?: ReplayStep,
): Audit {
  const read = items.map(readableEvent);
  const events = read.filter((event) => event !== undefined);
  const state = readableState(storedState, number);
  return { state, events, fault: faultOf(read, events, state, onStep) };
}

function faultOf(
  read: readonly (ConsentEvent | undefined)[],
  events: readonly ConsentEvent[],
  state: ConsentState | undefined,
  onStep: ReplayStep | undefined,
): ChainFault | undefined {
  const unreadable = read.indexOf(undefined);
  if (unreadable >= 0) return { sequence: unreadable + 1, fault: 'altered' };
  if (!state) return { sequence: events.length + 1, fault: 'stateDiffers' };
  return verifyChain(events, state, onStep);
}
