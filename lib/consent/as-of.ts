import type { ConsentEvent } from './consent-event.ts';
import { type ConsentState, initialState } from './state.ts';
import { applyEvent } from './transition.ts';

/** A number's consent at some moment, and the event that it rested on. */
export interface ConsentAsOf {
  readonly state: ConsentState;
  /** The event that brought the status about; absent before any did. */
  readonly because?: ConsentEvent;
  /** The exact words of that event: what the person was shown, or sent. */
  readonly words?: string;
}

/**
 * What a number's consent was at a past moment (X10), in two answers that differ when news came late.
 *
 * @param events every event of the number, in the order of their sequence.
 * @param at ISO 8601 UTC.
 * @returns `known`: as sendgate knew it then, from what was recorded until then: what a text of that moment was decided
 *   on. `today`: as it is known now to have been, from everything that happened until then.
 */
export function asOf(
  number: string,
  events: readonly ConsentEvent[],
  at: string,
): { readonly known: ConsentAsOf; readonly today: ConsentAsOf } {
  return {
    known: standpoint(
      number,
      events.filter(({ recordedAt }) => recordedAt <= at),
    ),
    today: standpoint(
      number,
      events.filter(({ occurredAt }) => occurredAt <= at),
    ),
  };
}

/** The words of an event as the person saw or sent them, where its evidence has any. */
export function wordsOfEvent({ evidence }: ConsentEvent): string | undefined {
  if ('wordsShown' in evidence) return evidence.wordsShown;
  return 'wordsSent' in evidence ? evidence.wordsSent : undefined;
}

/** Some events, in the order they were recorded in, by the rules that the registry applied. */
function standpoint(number: string, events: readonly ConsentEvent[]): ConsentAsOf {
  let state = initialState(number);
  for (const event of events) {
    // Events may be left out between two others: each keeps its own place in the ledger.
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
