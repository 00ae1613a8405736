import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConsentStatus, type EventKind, eventKinds } from '../../../lib/consent/consent-event.ts';
import { appendEvent } from '../../../lib/consent/ledger.ts';
import { initialState } from '../../../lib/consent/state.ts';
import { applyEvent } from '../../../lib/consent/transition.ts';
import { at, handset, liftingEvent, NUMBER, newEvent, optInRequest, stateAfter } from './new-events.ts';

/** An agent enters an opt-out, or a person says No on a form. */
const AGENTS = { source: 'manual', actor: 'pat', method: 'by phone' } as const;
const NO = {
  source: 'form',
  formId: 'ask',
  submissionId: 's-9',
  wordsShown: '?',
  wordsVersion: '0',
  answer: 'no',
} as const;
const agentsOptOut = (second: number) => newEvent('optOut', second, { evidence: AGENTS });
const ownWords = (second: number) =>
  newEvent('optOut', second, { evidence: handset('PLEASE STOP TEXTING ME', false) });

/** How a number comes to each status. The opt-out is an agent's. */
const PAST: Readonly<Record<ConsentStatus, () => ReturnType<typeof stateAfter>>> = {
  none: () => initialState(NUMBER),
  opted_in: () => stateAfter(newEvent('explicitWeb', 1)),
  opted_out: () => stateAfter(newEvent('explicitWeb', 1), agentsOptOut(2)),
};

describe('the transition table of docs/design.md', () => {
  // event, then what it makes of none, opted_in and opted_out
  const table: readonly [EventKind, ConsentStatus, ConsentStatus, ConsentStatus][] = [
    ['handsetStart', 'opted_in', 'opted_in', 'opted_in'],
    ['handsetYes', 'none', 'opted_in', 'opted_out'],
    ['handsetKeyword', 'opted_in', 'opted_in', 'opted_in'],
    ['explicitWeb', 'opted_in', 'opted_in', 'opted_in'],
    ['impliedForm', 'opted_in', 'opted_in', 'opted_out'],
    ['crmAttested', 'opted_in', 'opted_in', 'opted_out'],
    ['manualOptIn', 'opted_in', 'opted_in', 'opted_in'],
    ['optOut', 'opted_out', 'opted_out', 'opted_out'],
    ['numberReleased', 'none', 'none', 'opted_out'],
    ['optInRequestSent', 'none', 'opted_in', 'opted_out'],
    ['carrierBlocked', 'none', 'opted_in', 'opted_out'],
    ['carrierUnblocked', 'none', 'opted_in', 'opted_out'],
    ['optInRequestFailed', 'none', 'opted_in', 'opted_out'],
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
    expect(past.status).toBe(before);
    const { state, effect } = applyEvent(past, newEvent(kind, 10));
    expect(state.status).toBe(expected);
    expect(effect).not.toBe('late');
    if (before !== expected) expect(effect).toBe('changed');
  });

  it('S5 takes a bare YES for START while a request for START is open, and not after its end', () => {
    const asked = newEvent('optInRequestSent', 1);
    expect(stateAfter(asked, newEvent('handsetYes', 3600)).status).toBe('opted_in');
    const late = applyEvent(stateAfter(asked), newEvent('handsetYes', 3601));
    expect(late).toMatchObject({ effect: 'unchanged', state: { status: 'none', optInRequest: 'sent' } });
    expect(stateAfter(asked, newEvent('handsetStart', 3601))).toMatchObject({
      status: 'opted_in',
      optInRequest: 'accepted',
    });
  });

  it('S5 takes a bare YES for START after a keyword on which Twilio blocked the number, and after no other opt-out', () => {
    const stop = newEvent('optOut', 2);
    expect(stateAfter(stop, newEvent('handsetYes', 3))).toMatchObject({
      status: 'opted_in',
      carrierBlocked: false,
    });
    for (const last of [ownWords(4), agentsOptOut(4)]) {
      expect(stateAfter(last, newEvent('handsetYes', 5)).status).toBe('opted_out');
      // Twilio lifts its own block all the same; the opt-out that came after it stands.
      const both = stateAfter(stop, last, newEvent('handsetYes', 5));
      expect(both).toMatchObject({ status: 'opted_out', carrierBlocked: false });
    }
    const told = stateAfter(ownWords(4), newEvent('carrierBlocked', 5), newEvent('handsetYes', 6));
    expect(told.status).toBe('opted_out');
  });

  it('S5 a YES after an opt-out does not answer the request that the opt-out has rejected', () => {
    const rejected = stateAfter(newEvent('optInRequestSent', 1), ownWords(2), newEvent('handsetYes', 3));
    expect(rejected).toMatchObject({ status: 'opted_out', optInRequest: 'rejected' });
  });
});

describe('an opt-out that came from the phone (S5, B7)', () => {
  it.each(['explicitWeb', 'manualOptIn'] as const)('S5 is not lifted by %s, and START lifts it', (kind) => {
    for (const out of [newEvent('optOut', 2), ownWords(2)]) {
      const out2 = stateAfter(newEvent('handsetStart', 1), out);
      const { state, effect } = applyEvent(out2, newEvent(kind, 3));
      expect({ status: state.status, effect }).toEqual({ status: 'opted_out', effect: 'unchanged' });
      expect(applyEvent(state, newEvent('handsetStart', 4)).state.status).toBe('opted_in');
      expect(applyEvent(state, newEvent('handsetKeyword', 4)).state.status).toBe('opted_in');
    }
  });

  it.each(['explicitWeb', 'manualOptIn'] as const)(
    'B7 is lifted by %s where the organization’s setting let it at that time',
    (kind) => {
      const lifting = liftingEvent(kind, 3);
      expect(stateAfter(ownWords(2), lifting).status).toBe('opted_in');
      expect(stateAfter(ownWords(2), lifting, ownWords(4), newEvent(kind, 5)).status).toBe('opted_out');
    },
  );

  it('S5 stands behind an agent’s opt-out that follows it, and an agent’s alone is lifted on the web', () => {
    const form = newEvent('explicitWeb', 5);
    expect(stateAfter(ownWords(2), agentsOptOut(3), form).status).toBe('opted_out');
    expect(stateAfter(ownWords(2), newEvent('handsetStart', 3), agentsOptOut(4), form).status).toBe(
      'opted_in',
    );
  });

  it('X3 S5 counts also when it is heard of after a ticked box that followed it', () => {
    expect(stateAfter(newEvent('explicitWeb', 5), newEvent('optOut', 4)).status).toBe('opted_out');
    expect(stateAfter(newEvent('handsetStart', 5), newEvent('optOut', 4)).status).toBe('opted_in');
  });

  it('X3 a No on a form wins over an opt-in when the clocks leave their order in doubt', () => {
    const no = (second: number) => newEvent('optOut', second, { evidence: NO });
    const started = newEvent('handsetStart', 2000);
    expect(stateAfter(started, no(2000 - 300)).status).toBe('opted_out');
    expect(stateAfter(started, no(2000 - 901)).status).toBe('opted_in');
    // What happened before the START does not lift it either.
    expect(stateAfter(started, no(1700), newEvent('explicitWeb', 1800)).status).toBe('opted_out');
  });
});

describe('the opt-in request (C5)', () => {
  const optInRequested = () => stateAfter(newEvent('optInRequestSent', 1));

  it('is accepted by START and rejected by STOP', () => {
    expect(optInRequested().optInRequest).toBe('sent');
    expect(applyEvent(optInRequested(), newEvent('handsetStart', 2)).state.optInRequest).toBe('accepted');
    expect(applyEvent(optInRequested(), newEvent('optOut', 2)).state.optInRequest).toBe('rejected');
  });

  it('C5 is open again when it did not arrive, and stays answered when it was', () => {
    expect(applyEvent(optInRequested(), newEvent('optInRequestFailed', 2)).state.optInRequest).toBe(
      'not_sent',
    );
    const accepted = stateAfter(newEvent('optInRequestSent', 1), newEvent('handsetStart', 2));
    expect(applyEvent(accepted, newEvent('optInRequestFailed', 3)).state.optInRequest).toBe('accepted');
  });

  it('is rejected by nobody who was never asked', () => {
    expect(stateAfter(newEvent('optOut', 1)).optInRequest).toBe('not_sent');
  });

  it.each(['explicitWeb', 'impliedForm', 'crmAttested', 'manualOptIn', 'handsetKeyword'] as const)(
    'is not accepted by %s',
    (kind) => {
      expect(applyEvent(optInRequested(), newEvent(kind, 2)).state.optInRequest).toBe('sent');
    },
  );

  it('is not accepted by a bare YES of someone who opted in but was never asked', () => {
    const optedIn = PAST.opted_in();
    const { state, effect } = applyEvent(optedIn, newEvent('handsetYes', 5));
    expect(state).toEqual(optedIn);
    expect(effect).toBe('unchanged');
  });

  it('stays accepted when the news that it left comes after the START', () => {
    expect(stateAfter(newEvent('handsetStart', 2), newEvent('optInRequestSent', 1)).optInRequest).toBe(
      'accepted',
    );
  });

  it('C5 is rejected by a STOP that follows a START, and is open again after a consent from elsewhere', () => {
    const stopped = stateAfter(
      newEvent('optInRequestSent', 1),
      newEvent('handsetStart', 2),
      newEvent('optOut', 3),
    );
    expect(stopped.optInRequest).toBe('rejected');
    const { state } = applyEvent(stopped, liftingEvent('explicitWeb', 4));
    expect(state).toMatchObject({ status: 'opted_in', optInRequest: 'not_sent' });
  });

  it('C4 each lead is asked by itself: START accepts for those that were asked, and for no other', () => {
    const asked = (leadId: string, second: number) =>
      newEvent('optInRequestSent', second, { evidence: optInRequest(leadId) });
    const first = stateAfter(asked('a', 1), newEvent('handsetStart', 2));
    expect(first.leadOptInRequests).toEqual({ a: 'accepted' });
    const second = applyEvent({ ...first, version: 2 }, asked('b', 3)).state;
    expect(second).toMatchObject({
      optInRequest: 'accepted',
      leadOptInRequests: { a: 'accepted', b: 'sent' },
    });
    expect(applyEvent(second, newEvent('handsetYes', 4)).state.leadOptInRequests).toEqual({
      a: 'accepted',
      b: 'accepted',
    });
    expect(applyEvent(second, newEvent('optOut', 4)).state.leadOptInRequests).toEqual({
      a: 'rejected',
      b: 'rejected',
    });
  });

  it('C4 START after a STOP opens every lead that was asked, also those whose requests the STOP rejected', () => {
    const asked = (leadId: string, second: number) =>
      newEvent('optInRequestSent', second, { evidence: optInRequest(leadId) });
    const stopped = stateAfter(
      asked('a', 1),
      newEvent('handsetStart', 2),
      asked('b', 3),
      newEvent('optOut', 4),
    );
    expect(stopped.leadOptInRequests).toEqual({ a: 'rejected', b: 'rejected' });
    const { state } = applyEvent(stopped, newEvent('handsetStart', 5));
    expect(state).toMatchObject({
      optInRequest: 'accepted',
      leadOptInRequests: { a: 'accepted', b: 'accepted' },
    });
  });

  it('is to be sent again to the next person who has the number', () => {
    const accepted = stateAfter(newEvent('optInRequestSent', 1), newEvent('handsetStart', 2));
    expect(applyEvent(accepted, newEvent('numberReleased', 3)).state.optInRequest).toBe('not_sent');
  });
});

describe("the carrier's block", () => {
  const blocked = () => stateAfter(newEvent('optOut', 1));
  const error = { source: 'carrier', messageId: 'm-1', errorCode: 21610 } as const;

  it('comes with a STOP on which the carrier acts and with error 21610, not with words only we understand', () => {
    expect(blocked().carrierBlocked).toBe(true);
    expect(stateAfter(newEvent('optOut', 1, { evidence: error })).carrierBlocked).toBe(true);
    const words = handset('PLEASE STOP TEXTING ME', false);
    expect(stateAfter(newEvent('optOut', 1, { evidence: words })).carrierBlocked).toBe(false);
  });

  it('stays when words only we understand follow a STOP', () => {
    const again = newEvent('optOut', 2, { evidence: handset('ALTO', false) });
    expect(applyEvent(blocked(), again).state.carrierBlocked).toBe(true);
  });

  it.each([liftingEvent('explicitWeb', 2), liftingEvent('manualOptIn', 2), newEvent('handsetKeyword', 2)])(
    'is not lifted by $kind',
    (lifting) => {
      const { state } = applyEvent(blocked(), lifting);
      expect(state).toMatchObject({ status: 'opted_in', carrierBlocked: true });
    },
  );

  it('X9 comes when we put an opt-out on Twilio’s list, and goes when Twilio took an opt-in from us', () => {
    const words = newEvent('optOut', 1, { evidence: handset('ALTO', false) });
    const told = stateAfter(words, newEvent('carrierBlocked', 2));
    expect(told).toMatchObject({ status: 'opted_out', carrierBlocked: true });
    const back = stateAfter(words, newEvent('carrierBlocked', 2), liftingEvent('explicitWeb', 3));
    const { state, effect } = applyEvent(back, newEvent('carrierUnblocked', 4));
    expect(state).toMatchObject({ status: 'opted_in', carrierBlocked: false });
    expect(effect).toBe('changed');
  });

  it('X9 is not lifted for someone who has opted out, nor by news from before their last STOP', () => {
    expect(applyEvent(blocked(), newEvent('carrierUnblocked', 2)).state.carrierBlocked).toBe(true);
    const stoppedAgain = stateAfter(
      newEvent('optOut', 1),
      liftingEvent('explicitWeb', 2),
      newEvent('optOut', 4),
    );
    const back = { ...applyEvent(stoppedAgain, liftingEvent('explicitWeb', 5)).state };
    expect(applyEvent(back, newEvent('carrierUnblocked', 3))).toMatchObject({
      effect: 'late',
      state: { status: 'opted_in', carrierBlocked: true },
    });
  });

  it('is lifted by START, and not by words that only we take for it', () => {
    for (const carrierActs of [true, false]) {
      const start = newEvent('handsetStart', 2, { evidence: handset('START', carrierActs) });
      const { state } = applyEvent(blocked(), start);
      expect(state).toMatchObject({ status: 'opted_in', carrierBlocked: !carrierActs });
    }
  });
});

describe('what the status rests on', () => {
  it('is the event that brought it, and not what merely confirmed it', () => {
    const state = stateAfter(newEvent('impliedForm', 1), newEvent('explicitWeb', 2));
    expect(state.statusBy).toEqual({ sequence: 1, kind: 'impliedForm', source: 'form' });
    const stopped = applyEvent(state, newEvent('optOut', 3)).state;
    expect(stopped.statusBy).toEqual({ sequence: 3, kind: 'optOut', source: 'handset' });
  });
});

describe('keywords', () => {
  const joined = () => stateAfter(newEvent('handsetKeyword', 1));

  it('T2 a keyword is active from the event that brought it', () => {
    expect(joined().keywords).toEqual({ ROOF: { active: true, since: at(1), sequence: 1 } });
  });

  it.each(['optOut', 'numberReleased'] as const)('T4 %s makes every opt-in by keyword inactive', (kind) => {
    const two = applyEvent(joined(), newEvent('handsetKeyword', 2, { evidence: handset('SOLAR', false) }));
    const { keywords } = applyEvent({ ...two.state, version: 2 }, newEvent(kind, 3)).state;
    const inactive = { active: false, since: at(3), sequence: 3 };
    expect(keywords).toEqual({ ROOF: inactive, SOLAR: inactive });
  });

  it('START after STOP does not bring the keywords back, the keyword itself does', () => {
    const started = stateAfter(
      newEvent('handsetKeyword', 1),
      newEvent('optOut', 2),
      newEvent('handsetStart', 3),
    );
    expect(started.keywords['ROOF']?.active).toBe(false);
    expect(applyEvent(started, newEvent('handsetKeyword', 4)).state.keywords['ROOF']?.active).toBe(true);
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
    const stopped = stateAfter(newEvent('optOut', 5));
    expect(applyEvent(stopped, newEvent(kind, 4))).toEqual({ state: stopped, effect: 'late' });
  });

  it('X3 a STOP from before a later START changes nothing', () => {
    const started = stateAfter(newEvent('handsetStart', 5));
    expect(applyEvent(started, newEvent('optOut', 4))).toEqual({ state: started, effect: 'late' });
  });

  it('X3 a STOP from before a form without a checkbox or a CRM field still counts: neither could lift it', () => {
    for (const kind of ['impliedForm', 'crmAttested'] as const) {
      expect(stateAfter(newEvent(kind, 5), newEvent('optOut', 4)).status).toBe('opted_out');
    }
  });

  it('X3 an opt-in from before the number was given away is not the new holder’s', () => {
    expect(stateAfter(newEvent('numberReleased', 5), newEvent('explicitWeb', 4)).status).toBe('none');
  });

  it('X3 a manual opt-in must be dated after the opt-out: at the same moment it is late', () => {
    expect(stateAfter(agentsOptOut(5), newEvent('manualOptIn', 5)).status).toBe('opted_out');
    expect(stateAfter(agentsOptOut(5), newEvent('manualOptIn', 6)).status).toBe('opted_in');
  });

  it('X3 an opt-out after everything that could lift it stands, in any order in which the events are recorded', () => {
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
        const heard = events.map(({ kind, second }) => newEvent(kind, second));
        expect(stateAfter(...heard).status).toBe('opted_out');
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
        const first = appendEvent(initialState(NUMBER), newEvent(kind, 0, { occurredAt }), at(0));
        expect(first.event.occurredAt).toBe(at(0));
        const stop = appendEvent(first.state, newEvent('optOut', later), at(later));
        expect(stop.state.status).toBe('opted_out');
      }),
    );
  });
});
