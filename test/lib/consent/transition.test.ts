import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventKind, eventKinds, type Standing } from '../../../lib/consent/consent-event.ts';
import { append } from '../../../lib/consent/ledger.ts';
import { initialState } from '../../../lib/consent/state.ts';
import { applyOccurrence } from '../../../lib/consent/transition.ts';
import { at, handset, NUMBER, occurrence, stateAfter } from './new-events.ts';

/** How a number comes to each standing. */
const PAST: Readonly<Record<Standing, () => ReturnType<typeof stateAfter>>> = {
  none: () => initialState(NUMBER),
  opted_in: () => stateAfter(occurrence('explicitWeb', 1)),
  opted_out: () => stateAfter(occurrence('explicitWeb', 1), occurrence('optOut', 2)),
};

describe('the transition table of DESIGN.md', () => {
  // event, then what it makes of none, opted_in and opted_out
  const table: readonly [EventKind, Standing, Standing, Standing][] = [
    ['handsetStart', 'opted_in', 'opted_in', 'opted_in'],
    ['handsetYes', 'none', 'opted_in', 'opted_in'],
    ['handsetKeyword', 'opted_in', 'opted_in', 'opted_in'],
    ['explicitWeb', 'opted_in', 'opted_in', 'opted_in'],
    ['impliedForm', 'opted_in', 'opted_in', 'opted_out'],
    ['crmAttested', 'opted_in', 'opted_in', 'opted_out'],
    ['manualOptIn', 'opted_in', 'opted_in', 'opted_in'],
    ['optOut', 'opted_out', 'opted_out', 'opted_out'],
    ['numberReleased', 'none', 'none', 'opted_out'],
    ['promptSent', 'none', 'opted_in', 'opted_out'],
    ['carrierBlocked', 'none', 'opted_in', 'opted_out'],
    ['carrierUnblocked', 'none', 'opted_in', 'opted_out'],
    ['promptFailed', 'none', 'opted_in', 'opted_out'],
  ];

  it('has a row for every kind of event', () => {
    expect(table.map(([kind]) => kind).toSorted()).toEqual([...eventKinds].toSorted());
  });

  const cells = table.flatMap(([kind, none, optedIn, optedOut]) => [
    { kind, before: 'none' as const, expected: none },
    { kind, before: 'opted_in' as const, expected: optedIn },
    { kind, before: 'opted_out' as const, expected: optedOut },
  ]);
  it.each(cells)('$kind on $before gives $expected', ({ kind, before, expected }) => {
    const past = PAST[before]();
    expect(past.standing).toBe(before);
    const { state, effect } = applyOccurrence(past, occurrence(kind, 10));
    expect(state.standing).toBe(expected);
    expect(effect).not.toBe('late');
    if (before !== expected) expect(effect).toBe('changed');
  });

  it('takes a bare YES for consent from someone who was asked', () => {
    expect(stateAfter(occurrence('promptSent', 1), occurrence('handsetYes', 2)).standing).toBe('opted_in');
  });
});

describe('the prompt (C5)', () => {
  const prompted = () => stateAfter(occurrence('promptSent', 1));

  it('is accepted by START and rejected by STOP', () => {
    expect(prompted().prompt).toBe('sent');
    expect(applyOccurrence(prompted(), occurrence('handsetStart', 2)).state.prompt).toBe('accepted');
    expect(applyOccurrence(prompted(), occurrence('optOut', 2)).state.prompt).toBe('rejected');
  });

  it('C5 is open again when it did not arrive, and stays answered when it was', () => {
    expect(applyOccurrence(prompted(), occurrence('promptFailed', 2)).state.prompt).toBe('not_sent');
    const accepted = stateAfter(occurrence('promptSent', 1), occurrence('handsetStart', 2));
    expect(applyOccurrence(accepted, occurrence('promptFailed', 3)).state.prompt).toBe('accepted');
  });

  it('is rejected by nobody who was never asked', () => {
    expect(stateAfter(occurrence('optOut', 1)).prompt).toBe('not_sent');
  });

  it.each(['explicitWeb', 'impliedForm', 'crmAttested', 'manualOptIn', 'handsetKeyword'] as const)(
    'is not accepted by %s',
    (kind) => {
      expect(applyOccurrence(prompted(), occurrence(kind, 2)).state.prompt).toBe('sent');
    },
  );

  it('is not accepted by a bare YES of someone who opted in but was never asked', () => {
    const optedIn = PAST.opted_in();
    const { state, effect } = applyOccurrence(optedIn, occurrence('handsetYes', 5));
    expect(state).toEqual(optedIn);
    expect(effect).toBe('unchanged');
  });

  it('stays accepted when the news that it left comes after the START', () => {
    expect(stateAfter(occurrence('handsetStart', 2), occurrence('promptSent', 1)).prompt).toBe('accepted');
  });

  it('C5 is rejected by a STOP that follows a START, and is open again after a consent from elsewhere', () => {
    const stopped = stateAfter(
      occurrence('promptSent', 1),
      occurrence('handsetStart', 2),
      occurrence('optOut', 3),
    );
    expect(stopped.prompt).toBe('rejected');
    const { state } = applyOccurrence(stopped, occurrence('explicitWeb', 4));
    expect(state).toMatchObject({ standing: 'opted_in', prompt: 'not_sent' });
  });

  it('C4 each lead is asked by itself: START accepts for those that were asked, and for no other', () => {
    const asked = (leadId: string, second: number) =>
      occurrence('promptSent', second, {
        evidence: { source: 'gate', messageId: `m-${leadId}`, leadId, wordsSent: 'Reply START.' },
      });
    const first = stateAfter(asked('a', 1), occurrence('handsetStart', 2));
    expect(first.leadPrompts).toEqual({ a: 'accepted' });
    const second = applyOccurrence({ ...first, version: 2 }, asked('b', 3)).state;
    expect(second).toMatchObject({ prompt: 'accepted', leadPrompts: { a: 'accepted', b: 'sent' } });
    expect(applyOccurrence(second, occurrence('handsetYes', 4)).state.leadPrompts).toEqual({
      a: 'accepted',
      b: 'accepted',
    });
    expect(applyOccurrence(second, occurrence('optOut', 4)).state.leadPrompts).toEqual({
      a: 'rejected',
      b: 'rejected',
    });
  });

  it('is to be sent anew to whoever has the number next', () => {
    const accepted = stateAfter(occurrence('promptSent', 1), occurrence('handsetStart', 2));
    expect(applyOccurrence(accepted, occurrence('numberReleased', 3)).state.prompt).toBe('not_sent');
  });
});

describe("the carrier's block", () => {
  const blocked = () => stateAfter(occurrence('optOut', 1));
  const error = { source: 'carrier', messageId: 'm-1', errorCode: 21610 } as const;

  it('comes with a STOP on which the carrier acts and with error 21610, not with words only we understand', () => {
    expect(blocked().carrierBlocked).toBe(true);
    expect(stateAfter(occurrence('optOut', 1, { evidence: error })).carrierBlocked).toBe(true);
    const words = handset('PLEASE STOP TEXTING ME', false);
    expect(stateAfter(occurrence('optOut', 1, { evidence: words })).carrierBlocked).toBe(false);
  });

  it('stays when words only we understand follow a STOP', () => {
    const again = occurrence('optOut', 2, { evidence: handset('ALTO', false) });
    expect(applyOccurrence(blocked(), again).state.carrierBlocked).toBe(true);
  });

  it.each(['explicitWeb', 'manualOptIn', 'handsetKeyword'] as const)('is not lifted by %s', (kind) => {
    const { state } = applyOccurrence(blocked(), occurrence(kind, 2));
    expect(state).toMatchObject({ standing: 'opted_in', carrierBlocked: true });
  });

  it('X9 comes when we put an opt-out on Twilio’s list, and goes when Twilio took an opt-in from us', () => {
    const words = occurrence('optOut', 1, { evidence: handset('ALTO', false) });
    const told = stateAfter(words, occurrence('carrierBlocked', 2));
    expect(told).toMatchObject({ standing: 'opted_out', carrierBlocked: true });
    const back = stateAfter(words, occurrence('carrierBlocked', 2), occurrence('explicitWeb', 3));
    const { state, effect } = applyOccurrence(back, occurrence('carrierUnblocked', 4));
    expect(state).toMatchObject({ standing: 'opted_in', carrierBlocked: false });
    expect(effect).toBe('changed');
  });

  it('X9 is not lifted for someone who has opted out, nor by news from before their last STOP', () => {
    expect(applyOccurrence(blocked(), occurrence('carrierUnblocked', 2)).state.carrierBlocked).toBe(true);
    const stoppedAgain = stateAfter(
      occurrence('optOut', 1),
      occurrence('explicitWeb', 2),
      occurrence('optOut', 4),
    );
    const back = { ...applyOccurrence(stoppedAgain, occurrence('explicitWeb', 5)).state };
    expect(applyOccurrence(back, occurrence('carrierUnblocked', 3))).toMatchObject({
      effect: 'late',
      state: { standing: 'opted_in', carrierBlocked: true },
    });
  });

  it('is lifted by START, and not by words that only we take for it', () => {
    for (const carrierActs of [true, false]) {
      const start = occurrence('handsetStart', 2, { evidence: handset('START', carrierActs) });
      const { state } = applyOccurrence(blocked(), start);
      expect(state).toMatchObject({ standing: 'opted_in', carrierBlocked: !carrierActs });
    }
  });
});

describe('what the standing rests on', () => {
  it('is the event that brought it, and not what merely confirmed it', () => {
    const state = stateAfter(occurrence('impliedForm', 1), occurrence('explicitWeb', 2));
    expect(state.standingBy).toEqual({ sequence: 1, kind: 'impliedForm', source: 'form' });
    const stopped = applyOccurrence(state, occurrence('optOut', 3)).state;
    expect(stopped.standingBy).toEqual({ sequence: 3, kind: 'optOut', source: 'handset' });
  });
});

describe('keywords', () => {
  const joined = () => stateAfter(occurrence('handsetKeyword', 1));

  it('T2 a keyword is active from the event that brought it', () => {
    expect(joined().keywords).toEqual({ ROOF: { active: true, since: at(1), sequence: 1 } });
  });

  it.each(['optOut', 'numberReleased'] as const)('T4 %s makes every opt-in by keyword inactive', (kind) => {
    const two = applyOccurrence(
      joined(),
      occurrence('handsetKeyword', 2, { evidence: handset('SOLAR', false) }),
    );
    const { keywords } = applyOccurrence({ ...two.state, version: 2 }, occurrence(kind, 3)).state;
    const inactive = { active: false, since: at(3), sequence: 3 };
    expect(keywords).toEqual({ ROOF: inactive, SOLAR: inactive });
  });

  it('START after STOP does not bring the keywords back, the keyword itself does', () => {
    const started = stateAfter(
      occurrence('handsetKeyword', 1),
      occurrence('optOut', 2),
      occurrence('handsetStart', 3),
    );
    expect(started.keywords['ROOF']?.active).toBe(false);
    expect(applyOccurrence(started, occurrence('handsetKeyword', 4)).state.keywords['ROOF']?.active).toBe(
      true,
    );
  });
});

describe('late news', () => {
  const optIns = [
    'handsetStart',
    'handsetYes',
    'handsetKeyword',
    'explicitWeb',
    'impliedForm',
    'crmAttested',
    'manualOptIn',
  ] as const;

  it.each(optIns)('X3 a delayed %s never undoes a STOP that happened after it', (kind) => {
    const stopped = stateAfter(occurrence('optOut', 5));
    expect(applyOccurrence(stopped, occurrence(kind, 4))).toEqual({ state: stopped, effect: 'late' });
  });

  it('X3 a STOP from before a later START changes nothing', () => {
    const started = stateAfter(occurrence('handsetStart', 5));
    expect(applyOccurrence(started, occurrence('optOut', 4))).toEqual({ state: started, effect: 'late' });
  });

  it('X3 a STOP from before a form without a checkbox or a CRM field still counts: neither could lift it', () => {
    for (const kind of ['impliedForm', 'crmAttested'] as const) {
      expect(stateAfter(occurrence(kind, 5), occurrence('optOut', 4)).standing).toBe('opted_out');
    }
  });

  it('X3 an opt-in from before the number was given away is not the new holder’s', () => {
    expect(stateAfter(occurrence('numberReleased', 5), occurrence('explicitWeb', 4)).standing).toBe('none');
  });

  it('X3 a manual opt-in must be dated after the opt-out: at the same moment it is late', () => {
    expect(stateAfter(occurrence('optOut', 5), occurrence('manualOptIn', 5)).standing).toBe('opted_out');
    expect(stateAfter(occurrence('optOut', 5), occurrence('manualOptIn', 6)).standing).toBe('opted_in');
  });

  it('X3 an opt-out after everything that could lift it stands, in whatever order the events are heard of', () => {
    const lifting = new Set<EventKind>([
      'handsetStart',
      'handsetYes',
      'handsetKeyword',
      'explicitWeb',
      'manualOptIn',
    ]);
    const story = fc
      .uniqueArray(fc.record({ kind: fc.constantFrom(...eventKinds), second: fc.nat(1000) }), {
        selector: ({ second }) => second,
        maxLength: 9,
      })
      .chain((events) => {
        const lastLift = Math.max(0, ...events.filter((e) => lifting.has(e.kind)).map((e) => e.second));
        const all = [...events, { kind: 'optOut' as const, second: lastLift + 0.5 }];
        return fc.shuffledSubarray(all, { minLength: all.length });
      });
    fc.assert(
      fc.property(story, (events) => {
        const heard = events.map(({ kind, second }) => occurrence(kind, second));
        expect(stateAfter(...heard).standing).toBe('opted_out');
      }),
      { numRuns: 500 },
    );
  });

  it('X3 an opt-in dated in the future never outranks a later STOP', () => {
    const dates = fc
      .date({ min: new Date(at(1)), max: new Date(8_640_000_000_000_000), noInvalidDate: true })
      .map((date) => date.toISOString());
    const optIn = fc.constantFrom(...optIns);
    fc.assert(
      fc.property(optIn, dates, fc.integer({ min: 1, max: 1000 }), (kind, occurredAt, later) => {
        const first = append(initialState(NUMBER), occurrence(kind, 0, { occurredAt }), at(0));
        expect(first.event.occurredAt).toBe(at(0));
        const stop = append(first.state, occurrence('optOut', later), at(later));
        expect(stop.state.standing).toBe('opted_out');
      }),
    );
  });
});
