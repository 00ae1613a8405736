import canonicalize from 'canonicalize';
import { sha256 } from '../runtime/sha256.ts';
import type { ConsentEvent, NewConsentEvent } from './consent-event.ts';
import { type ConsentState, initialState } from './state.ts';
import { applyEvent, RULES_VERSION } from './transition.ts';

/** Returns the version of words that are shown to a person: the first 16 hex digits of their SHA-256. */
export function wordsVersion(words: string): string {
  return sha256(words).slice(0, 16);
}

/** Hashes an event (X2): SHA-256 of its canonical JSON (RFC 8785), which contains the previous event's hash. Lower-case hex. */
export function hashOf(event: Omit<ConsentEvent, 'hash'>): string {
  const { hash: _, ...content } = event as ConsentEvent;
  return sha256(canonicalize(content) ?? '');
}

/** Turns a new event into a ledger entry without its hash, and applies it to the number's state. */
function applyNewEvent(
  state: ConsentState,
  newEvent: NewConsentEvent,
  now: string,
): { readonly content: Omit<ConsentEvent, 'hash'>; readonly after: ConsentState } {
  // Time never runs backwards in a ledger, whichever worker's clock is behind.
  const { lastRecordedAt = now } = state;
  const recordedAt = now < lastRecordedAt ? lastRecordedAt : now;
  // Nobody can consent or withdraw in the future: a clock that runs ahead must not outrank a later STOP.
  const isPast = Date.parse(newEvent.occurredAt) < Date.parse(recordedAt);
  const occurredAt = isPast && !newEvent.isLive ? newEvent.occurredAt : recordedAt;
  const { state: after, effect } = applyEvent(state, { ...newEvent, occurredAt });
  const content = {
    number: state.number,
    sequence: state.version + 1,
    kind: newEvent.kind,
    occurredAt,
    recordedAt,
    sourceId: newEvent.sourceId,
    evidence: newEvent.evidence,
    before: state.status,
    after: after.status,
    effect,
    rules: RULES_VERSION,
    previousHash: state.headHash,
  };
  return { content, after };
}

/**
 * Appends a new event to a number's ledger. Pure.
 *
 * @param recordedAt ISO 8601 UTC. An `occurredAt` after it is taken as `recordedAt`.
 * @returns the ledger entry, and the state that follows from it.
 */
export function appendEvent(
  state: ConsentState,
  newEvent: NewConsentEvent,
  now: string,
): { readonly event: ConsentEvent; readonly state: ConsentState } {
  const { content, after } = applyNewEvent(state, newEvent, now);
  const event = { ...content, hash: hashOf(content) };
  return { event, state: afterEvent(after, event) };
}

/** The state that an event leaves, at its place in the chain. */
function afterEvent(state: ConsentState, { sequence, recordedAt, hash }: ConsentEvent): ConsentState {
  return { ...state, version: sequence, lastRecordedAt: recordedAt, headHash: hash };
}

/** A fault of a chain, and the sequence of the event that has it. */
export interface ChainFault {
  readonly sequence: number;
  readonly fault: 'missing' | 'altered' | 'unlinked' | 'effectDiffers' | 'stateDiffers';
}

/** Called for each replayed event, with the states before and after it. */
export type ReplayStep = (before: ConsentState, event: ConsentEvent, after: ConsentState) => void;

/**
 * Recomputes a number's chain from its events and compares it with the stored state (X2).
 *
 * Finds any event that was altered, dropped, added or reordered, and a state that does not follow from the events.
 *
 * @param events in the order of their sequence.
 * @param onStep called for each event that holds, so that a caller can derive more from the same replay.
 * @returns the first fault, or undefined when everything holds.
 */
export function verifyChain(
  events: readonly ConsentEvent[],
  stored: ConsentState,
  onStep: ReplayStep = () => {},
): ChainFault | undefined {
  let state = initialState(stored.number);
  for (const event of events) {
    const sequence = state.version + 1;
    if (event.sequence !== sequence) return { sequence, fault: 'missing' };
    if (event.hash !== hashOf(event)) return { sequence, fault: 'altered' };
    if (event.previousHash !== state.headHash) return { sequence, fault: 'unlinked' };
    // The stored hash matches the stored content. The content must match what the rules give.
    const { content, after } = applyNewEvent(state, event, event.recordedAt);
    if (!isSameContent({ ...content, hash: event.hash }, event)) return { sequence, fault: 'effectDiffers' };
    const next = afterEvent(after, event);
    onStep(state, event, next);
    state = next;
  }
  if (!isSameContent(state, stored)) {
    const fault = stored.version > state.version ? 'missing' : 'stateDiffers';
    return { sequence: state.version + 1, fault };
  }
  return undefined;
}

/** Tells whether two objects have the same fields with the same canonical JSON. */
export function isSameContent(one: object, other: object): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<keyof typeof one>;
  return [...names].every((name) => isSameValue(one[name], other[name]));
}

/** Tells whether two values have the same canonical JSON. Identical values are not serialized. */
export function isSameValue(one: unknown, other: unknown): boolean {
  return one === other || canonicalize(one) === canonicalize(other);
}
