import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deriveConsentAsOf } from '../../../lib/consent/as-of.ts';
import { type ConsentEvent, eventKinds } from '../../../lib/consent/consent-event.ts';
import { appendEvent } from '../../../lib/consent/ledger.ts';
import { type ConsentState, initialState } from '../../../lib/consent/state.ts';
import { at, handset, NUMBER, newEvent } from './new-events.ts';

type Heard = readonly [kind: ConsentEvent['kind'], occurred: number, recorded: number];

/** Builds a ledger, and its state after every event. */
function ledger(heard: readonly Heard[]): { events: ConsentEvent[]; states: ConsentState[] } {
  const events: ConsentEvent[] = [];
  const states = [initialState(NUMBER)];
  for (const [kind, occurred, recorded] of heard) {
    const next = appendEvent(states.at(-1) as ConsentState, newEvent(kind, occurred), at(recorded));
    events.push(next.event);
    states.push(next.state);
  }
  return { events, states };
}

it('X10 tells what was known at a moment from what is known of it now, when a STOP was heard of late', () => {
  const { events } = ledger([
    ['impliedForm', 10, 10],
    ['optOut', 20, 100],
  ]);
  const between = deriveConsentAsOf(NUMBER, events, at(50));
  expect(between.known).toMatchObject({
    state: { status: 'opted_in' },
    because: { kind: 'impliedForm' },
    words: 'Yes, text me about my quote.',
  });
  expect(between.today).toMatchObject({
    state: { status: 'opted_out' },
    because: { sequence: 2 },
    words: 'STOP',
  });
  expect(deriveConsentAsOf(NUMBER, events, at(9)).known).toEqual({ state: initialState(NUMBER) });
  expect(deriveConsentAsOf(NUMBER, events, at(100)).known.state.status).toBe('opted_out');
});

it('X10 X3 a form that came late was never consent, then or now', () => {
  const { events } = ledger([
    ['optOut', 20, 20],
    ['explicitWeb', 10, 30],
  ]);
  expect(deriveConsentAsOf(NUMBER, events, at(25)).known.state.status).toBe('opted_out');
  expect(deriveConsentAsOf(NUMBER, events, at(40)).today.state.status).toBe('opted_out');
  // At second 15 the box was ticked and the STOP not yet sent, but sendgate had not heard of either.
  const moment = deriveConsentAsOf(NUMBER, events, at(15));
  expect(moment.known.state.status).toBe('none');
  expect(moment.today).toMatchObject({ state: { status: 'opted_in' }, because: { sequence: 2 } });
});

it('X10 names the event and the words under which a number stood, keywords with their own places', () => {
  const first = appendEvent(initialState(NUMBER), newEvent('impliedForm', 30), at(30));
  const roof = newEvent('handsetKeyword', 10, { evidence: handset('ROOF', false) });
  const second = appendEvent(first.state, roof, at(40));
  const { today } = deriveConsentAsOf(NUMBER, [first.event, second.event], at(20));
  expect(today).toMatchObject({ words: 'ROOF', because: { sequence: 2 } });
  expect(today.state.keywords['ROOF']).toMatchObject({ active: true, sequence: 2 });
});

it('X10 at any moment, what was known is the state that the registry had; from now on both are the state', () => {
  const heard = fc.array(fc.tuple(fc.constantFrom(...eventKinds), fc.nat(60)), { maxLength: 9 });
  fc.assert(
    fc.property(heard, (kinds) => {
      const { events, states } = ledger(
        kinds.map(([kind, second], index): Heard => [kind, second, 100 + index]),
      );
      for (const [index, state] of states.entries()) {
        expect(deriveConsentAsOf(NUMBER, events, at(99 + index)).known.state).toEqual(state);
      }
      expect(deriveConsentAsOf(NUMBER, events, at(500)).today.state).toEqual(states.at(-1));
    }),
  );
});
