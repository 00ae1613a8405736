import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConsentEvent, consentEventSchema, eventKinds } from '../../../lib/consent/consent-event.ts';
import { appendEvent, hashOf, verifyChain, wordsVersion } from '../../../lib/consent/ledger.ts';
import { type ConsentState, initialState } from '../../../lib/consent/state.ts';
import { at, NUMBER, newEvent } from './new-events.ts';

interface Ledger {
  readonly events: readonly ConsentEvent[];
  readonly state: ConsentState;
}

/** Generates ledgers of two to eight events, recorded in any order. */
const ledgers: fc.Arbitrary<Ledger> = fc
  .array(fc.record({ kind: fc.constantFrom(...eventKinds), second: fc.nat(20) }), {
    minLength: 2,
    maxLength: 8,
  })
  .map((heard) =>
    heard.reduce<Ledger>(
      ({ events, state }, { kind, second }, index) => {
        const next = appendEvent(state, newEvent(kind, second), at(100 + index));
        return { events: [...events, next.event], state: next.state };
      },
      { events: [], state: initialState(NUMBER) },
    ),
  );

/** Returns one variant for every scalar of a value, at any depth, with that scalar replaced. */
function alterations<T>(value: T): T[] {
  if (typeof value === 'string') return [`${value}x` as T];
  if (typeof value === 'number') return [(value + 1) as T];
  if (typeof value === 'boolean') return [!value as T];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => [
    ...alterations(part).map((altered) => ({ ...value, [name]: altered })),
    ...(part === undefined ? [] : [{ ...value, [name]: undefined }]),
  ]);
}

describe('the ledger', () => {
  it('X2 an untouched chain holds', () => {
    fc.assert(fc.property(ledgers, ({ events, state }) => verifyChain(events, state) === undefined));
  });

  it('X2 altering or removing any field of any event is found, its hash recomputed or not', () => {
    fc.assert(
      fc.property(ledgers, fc.nat(), ({ events, state }, pick) => {
        const index = pick % events.length;
        const original = events[index] as ConsentEvent;
        for (const altered of alterations(original)) {
          const rehashed = { ...altered, hash: hashOf(altered) };
          // When only the hash was altered, computing it again gives the original.
          const forgeries = rehashed.hash === original.hash ? [altered] : [altered, rehashed];
          for (const forgery of forgeries) {
            // The registry finds a forgery that is no valid event when it reads it (registry.test.ts).
            if (!consentEventSchema.safeParse(forgery).success) continue;
            expect(verifyChain(events.with(index, forgery), state), JSON.stringify(forgery)).toBeDefined();
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('X2 dropping, repeating or swapping events is found', () => {
    fc.assert(
      fc.property(ledgers, fc.nat(), fc.nat(), ({ events, state }, a, b) => {
        const [i, j] = [a % events.length, b % events.length];
        const [one, other] = [events[i] as ConsentEvent, events[j] as ConsentEvent];
        expect(verifyChain(events.toSpliced(i, 1), state)).toBeDefined();
        expect(verifyChain(events.toSpliced(i, 0, one), state)).toBeDefined();
        if (i !== j) expect(verifyChain(events.with(i, other).with(j, one), state)).toBeDefined();
      }),
    );
  });

  it('X2 an event added at the end by somebody who can compute hashes is found by the state', () => {
    fc.assert(
      fc.property(ledgers, fc.constantFrom(...eventKinds), ({ events, state }, kind) => {
        const forged = appendEvent(state, newEvent(kind, 50), at(500));
        expect(verifyChain([...events, forged.event], state)).toMatchObject({ fault: 'stateDiffers' });
      }),
    );
  });

  it('X2 a state in which any field was altered is found', () => {
    fc.assert(
      fc.property(ledgers, ({ events, state }) => {
        for (const altered of alterations(state)) {
          expect(verifyChain(events, altered as ConsentState), JSON.stringify(altered)).toBeDefined();
        }
      }),
      { numRuns: 40 },
    );
  });

  it('X2 an event whose outcome was forged, with the chain recomputed up to the head, is found by replaying it', () => {
    const stop = appendEvent(initialState(NUMBER), newEvent('optOut', 1), at(1));
    const content = { ...stop.event, after: 'opted_in' as const };
    const event = { ...content, hash: hashOf(content) };
    const state = { ...stop.state, status: 'opted_in' as const, headHash: event.hash };
    expect(verifyChain([event], state)).toEqual({ sequence: 1, fault: 'effectDiffers' });
  });

  it('says at which event the chain breaks', () => {
    let ledger: Ledger = { events: [], state: initialState(NUMBER) };
    for (const second of [1, 2, 3]) {
      const next = appendEvent(ledger.state, newEvent('explicitWeb', second), at(second));
      ledger = { events: [...ledger.events, next.event], state: next.state };
    }
    const second = ledger.events[1] as ConsentEvent;
    const altered = ledger.events.with(1, { ...second, sourceId: 'other' });
    expect(verifyChain(altered, ledger.state)).toEqual({ sequence: 2, fault: 'altered' });
    expect(verifyChain(ledger.events.slice(0, 2), ledger.state)).toEqual({ sequence: 3, fault: 'missing' });
    const loose = { ...second, previousHash: 'f'.repeat(64) };
    const unlinked = ledger.events.with(1, { ...loose, hash: hashOf(loose) });
    expect(verifyChain(unlinked, ledger.state)).toEqual({ sequence: 2, fault: 'unlinked' });
  });
});

describe('the hash of an event', () => {
  const { event } = appendEvent(initialState(NUMBER), newEvent('explicitWeb', 1), at(2));

  it('does not depend on the order of the keys, nor on keys without a value', () => {
    const reversed = Object.fromEntries(
      Object.entries({
        ...event,
        evidence: Object.fromEntries(Object.entries(event.evidence).reverse()),
      }).reverse(),
    ) as ConsentEvent;
    expect(Object.keys(reversed)).not.toEqual(Object.keys(event));
    expect(hashOf(reversed)).toBe(event.hash);
    const evidence = { ...event.evidence, ip: undefined } as unknown as ConsentEvent['evidence'];
    expect(hashOf({ ...event, evidence })).toBe(event.hash);
  });

  it('is a SHA-256 in lower-case hex, and the version of some words changes with any character', () => {
    expect(event.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(wordsVersion('Text me.')).toMatch(/^[0-9a-f]{16}$/);
    expect(wordsVersion('Text me.')).not.toBe(wordsVersion('Text me'));
  });
});
