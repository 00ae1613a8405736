import type { ConsentEvent } from './consent-event.ts';
import { type ConsentState, initialState } from './state.ts';
import { applyEvent } from './transition.ts';

/** A number's consent at some moment, and the event that it rests on. */
export interface ConsentAsOf {
  readonly state: ConsentState;
  /** The event that the status comes from; absent while no event has changed the status. */
  readonly because?: ConsentEvent;
  /** The exact words of that event, as the person saw or sent them. */
  readonly words?: string;
}

/**
 * Derives a number's consent at a past moment (X10). Pure. The two answers differ when an event was recorded late.
 *
 * @param number E.164. @param events every event of the number, in the order of their sequence.
 * @param at ISO 8601 UTC.
 * @returns `known`: from the events recorded until then. The gate decided the texts of that moment on it. `today`: from the
 *   events that happened until then, including those recorded later.
 */
export function deriveConsentAsOf(
  number: string,
  events: readonly ConsentEvent[],
  at: string,
): { readonly known: ConsentAsOf; readonly today: ConsentAsOf } {
  return {
    known: replayEvents(
      number,
      events.filter(({ recordedAt }) => recordedAt <= at),
    ),
    today: replayEvents(
      number,
      events.filter(({ occurredAt }) => occurredAt <= at),
    ),
  };
}

/** Returns the words of an event as the person saw or sent them; undefined when its evidence has none. */
export function wordsOfEvent({ evidence }: ConsentEvent): string | undefined {
  if ('wordsShown' in evidence) return evidence.wordsShown;
  return 'wordsSent' in evidence ? evidence.wordsSent : undefined;
}

/** Replays some events, in the order of their sequence, by the registry's rules. */
function replayEvents(number: string, events: readonly ConsentEvent[]): ConsentAsOf {
  let state = initialState(number);
  for (const event of events) {
    // The events may have gaps, so each keeps its own sequence.
    const applied = applyEvent({ ...state, version: event.sequence - 1 }, event);
    state = {
      ...applied.state,
      version: event.sequence,
      lastRecordedAt: event.recordedAt,
      headHash: event.hash,
    };
  }
  const because = events.find(({ sequence }) => sequence === state.statusBy?.sequence);
  const words = because && wordsOfEvent(because);
  return { state, ...(because && { because }), ...(words !== undefined && { words }) };
}
