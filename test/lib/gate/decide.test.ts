import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consentStatuses } from '../../../lib/consent/consent-event.ts';
import { type ConsentState, initialState, optInRequestStatuses } from '../../../lib/consent/state.ts';
import { type Conversation, emptyConversation } from '../../../lib/conversations/conversation.ts';
import { decide } from '../../../lib/gate/decide.ts';
import type { DecisionInput } from '../../../lib/gate/decision.ts';
import { defaultSettings, type Settings } from '../../../lib/organization/settings.ts';

/** Noon in Denver, where the number is. */
const NOON = new Date('2026-06-01T18:00:00.000Z');

const SETTINGS: Settings = {
  ...defaultSettings('Acme Roofing'),
  requireSmsOptIn: true,
  a2pVerified: true,
  sendingHours: { from: '09:00', to: '20:00' },
};
const OPTED_IN: ConsentState = {
  ...initialState('+13035550142'),
  version: 1,
  status: 'opted_in',
  lastOptInAt: '2026-05-01T00:00:00.000Z',
};
const NOT_ASKED: ConsentState = initialState('+13035550142');
const CONVERSATION: Conversation = emptyConversation('+13035550142', NOON);
const IN_REVIEW: Conversation = {
  ...CONVERSATION,
  review: { messageSid: 'SM1', since: '2026-06-01T11:30:00.000Z', rule: 'wrongNumber' },
};
const TEXTED_OFTEN = {
  recent: ['08', '09', '10'].map((hour) => ({ at: `2026-06-01T${hour}:00:00.000Z`, automationId: 'other' })),
};
const OPTED_OUT: ConsentState = {
  ...OPTED_IN,
  status: 'opted_out',
  lastOptOutAt: '2026-05-02T00:00:00.000Z',
};

const REFUSED = {
  code: 30034,
  byAnswer: false,
  refusedAt: '2026-06-01T17:50:00.000Z',
  recordedAt: '2026-06-01T17:50:05.000Z',
  nextProbeAt: '2027-06-01T18:05:00.000Z',
  probes: 0,
  version: 1,
};

/** Builds the input of a text that no rule objects to, with the changes of a test. */
function inputWith(more: Partial<DecisionInput> = {}): DecisionInput {
  return {
    purpose: 'step',
    automation: { id: 'welcome' },
    leadId: 'lead-1',
    heldFor: undefined,
    conversation: CONVERSATION,
    age: { firstDueAt: '2026-06-01T17:00:00.000Z', maximumAge: 'P7D' },
    consent: OPTED_IN,
    unreachable: undefined,
    settings: SETTINGS,
    now: NOON,
    ...more,
  };
}

function agent(more: Partial<DecisionInput> = {}): DecisionInput {
  const { age: _, ...rest } = inputWith(more);
  return { ...rest, purpose: 'agent' };
}

const single = (purpose: DecisionInput['purpose'], more: Partial<DecisionInput> = {}): DecisionInput =>
  inputWith({ ...more, purpose });
const withDoubleOptIn = (
  doubleOptIn: Settings['doubleOptIn'],
  more: Partial<ConsentState> = {},
): Partial<DecisionInput> => ({
  settings: { ...SETTINGS, doubleOptIn },
  consent: { ...OPTED_IN, ...more },
});
const OPT_IN_REQUEST_FIRST = { kind: 'sendOptInRequestFirst', reason: 'waitingForStart' };
const WAITS_FOR_START = { kind: 'hold', reason: 'waitingForStart' };

const verdict = (input: DecisionInput) => {
  const { trace: _trace, sentence: _sentence, warnings: _warnings, ...rest } = decide(input);
  return rest;
};

const BLOCKED = { consent: { ...OPTED_IN, carrierBlocked: true } };
const UNVERIFIED = { settings: { ...SETTINGS, a2pVerified: false } };
const UNREACHABLE = { unreachable: { code: 21614 } };
const NIGHT = { now: new Date('2026-06-02T05:30:00.000Z') };

describe('each rule alone, automated text', () => {
  it('sends when every rule agrees', () => {
    expect(verdict(inputWith())).toEqual({ kind: 'send' });
  });

  it('B6 holds a number that opted out until it opts in again', () => {
    expect(verdict(inputWith({ consent: OPTED_OUT }))).toEqual({ kind: 'hold', reason: 'optedOut' });
  });

  it('C8 holds every text while the A2P verification is missing', () => {
    expect(verdict(inputWith(UNVERIFIED))).toEqual({ kind: 'hold', reason: 'a2pNotVerified' });
  });

  it('holds while the carrier blocks the number, though the person opted in again on the web', () => {
    expect(verdict(inputWith(BLOCKED))).toEqual({ kind: 'hold', reason: 'carrierBlocked' });
  });

  it('H2 S2 on: holds a number without a recorded opt-in', () => {
    expect(verdict(inputWith({ consent: NOT_ASKED }))).toEqual({ kind: 'hold', reason: 'waitingForConsent' });
  });

  it('H2 off: sends to everyone who has not opted out', () => {
    const settings = { ...SETTINGS, requireSmsOptIn: false };
    expect(verdict(inputWith({ settings, consent: NOT_ASKED }))).toEqual({ kind: 'send' });
    expect(verdict(inputWith({ settings, consent: OPTED_OUT }))).toEqual({
      kind: 'hold',
      reason: 'optedOut',
    });
  });

  it('H3 a lead without an opt-in waits: neither refused nor an error', () => {
    const decision = decide(inputWith({ consent: NOT_ASKED }));
    expect(decision.kind).toBe('hold');
    expect(decision.sentence).toBe('held: the setting is on and the number has no recorded opt-in');
  });

  it('refuses a number to which the carrier cannot deliver', () => {
    expect(verdict(inputWith(UNREACHABLE))).toEqual({ kind: 'refuse', reason: 'numberUnreachable' });
  });

  it('X6 defers outside the hours at the place of the number to the next opening there', () => {
    const until = '2026-06-02T15:00:00.000Z';
    expect(verdict(inputWith(NIGHT))).toEqual({ kind: 'defer', reason: 'quietHours', until });
  });

  it('drops a step that is older than its automation allows, to the millisecond', () => {
    const age = { firstDueAt: '2026-05-25T18:00:00.000Z', maximumAge: 'P7D' };
    expect(verdict(inputWith({ age }))).toEqual({ kind: 'drop', reason: 'tooOld' });
    const younger = { ...age, firstDueAt: '2026-05-25T18:00:00.001Z' };
    expect(verdict(inputWith({ age: younger }))).toEqual({ kind: 'send' });
  });
});

describe('double opt-in', () => {
  it.each([
    ['C2 sends the template first to a number that was never asked', 'perNumber', {}, OPT_IN_REQUEST_FIRST],
    ['C3 holds while the request is open', 'perNumber', { optInRequest: 'sent' }, WAITS_FOR_START],
    ['C3 sends once START was answered', 'perNumber', { optInRequest: 'accepted' }, { kind: 'send' }],
    [
      'C4 asks for each lead, though another lead of the number accepted',
      'perLead',
      { optInRequest: 'accepted' },
      OPT_IN_REQUEST_FIRST,
    ],
    [
      'C4 sends to the lead that accepted',
      'perLead',
      { leadOptInRequests: { 'lead-1': 'accepted' } },
      { kind: 'send' },
    ],
    [
      'C4 holds for the lead that was asked',
      'perLead',
      { leadOptInRequests: { 'lead-1': 'sent' } },
      WAITS_FOR_START,
    ],
  ] as const)('%s', (_, mode, state, expected) => {
    expect(verdict(inputWith(withDoubleOptIn(mode, state)))).toEqual(expected);
    expect(verdict(agent(withDoubleOptIn(mode, state)))).toEqual(expected);
  });

  it('both settings on: the template goes only to numbers with a recorded opt-in, but an agent may ask anybody', () => {
    const both = withDoubleOptIn('perNumber', { status: 'none' });
    expect(verdict(inputWith(both))).toEqual({ kind: 'hold', reason: 'waitingForConsent' });
    expect(verdict(agent(both))).toEqual(OPT_IN_REQUEST_FIRST);
  });

  it('X6 the template itself waits for the hours that bind an automated text', () => {
    expect(verdict(inputWith({ ...withDoubleOptIn('perNumber'), ...NIGHT }))).toMatchObject({
      kind: 'defer',
    });
  });

  it('C3 what waited for START is dropped by STOP, while other texts wait for the next opt-in', () => {
    const consent = { ...OPTED_OUT, optInRequest: 'rejected' as const };
    const dropped = { kind: 'drop', reason: 'optInRequestRejected' };
    expect(verdict(inputWith({ consent, heldFor: 'waitingForStart' }))).toEqual(dropped);
    expect(verdict(agent({ consent, heldFor: 'waitingForStart' }))).toEqual(dropped);
    expect(verdict(inputWith({ consent }))).toEqual({ kind: 'hold', reason: 'optedOut' });
  });

  it('a request that was answered meanwhile is not sent again', () => {
    expect(
      verdict(single('optInRequest', withDoubleOptIn('perNumber', { optInRequest: 'accepted' }))),
    ).toMatchObject({
      kind: 'drop',
    });
    expect(verdict(single('optInRequest', withDoubleOptIn('perNumber', { optInRequest: 'sent' })))).toEqual({
      kind: 'send',
    });
  });
});

describe('keywords, review, confirmations', () => {
  const automation = { id: 'volunteers', keyword: 'VOLUNTEER' };

  it('T5 a text tied to a keyword goes only to numbers with an active opt-in for that keyword', () => {
    const record = { since: '2026-05-01T00:00:00.000Z', sequence: 1 };
    const keywords = (active: boolean) => ({
      consent: { ...OPTED_IN, keywords: { VOLUNTEER: { ...record, active } } },
    });
    expect(verdict(inputWith({ automation, ...keywords(true) }))).toEqual({ kind: 'send' });
    const held = { kind: 'hold', reason: 'waitingForKeyword' };
    expect(verdict(inputWith({ automation, ...keywords(false) }))).toEqual(held);
    expect(verdict(inputWith({ automation }))).toEqual(held);
  });

  it('X7 a doubtful text holds automated texts until a person decides, and binds no agent', () => {
    const held = { kind: 'hold', reason: 'awaitingReview' };
    expect(verdict(inputWith({ conversation: IN_REVIEW }))).toEqual(held);
    expect(verdict(single('confirmation', { conversation: IN_REVIEW }))).toEqual(held);
    expect(verdict(agent({ conversation: IN_REVIEW }))).toEqual({ kind: 'send' });
  });

  it('B3 the confirmation of an opt-in goes ahead of automated texts, for a day at most', () => {
    const pending = (since: string) => ({
      conversation: { ...CONVERSATION, pendingConfirmation: { id: 'confirmation-1', since } },
    });
    const until = '2026-06-01T18:00:05.000Z';
    expect(verdict(inputWith(pending('2026-06-01T11:59:00.000Z')))).toEqual({
      kind: 'defer',
      reason: 'confirmationFirst',
      until,
    });
    expect(verdict(inputWith(pending('2026-05-31T12:00:00.000Z')))).toEqual({ kind: 'send' });
    expect(verdict(single('confirmation', pending('2026-06-01T11:59:00.000Z')))).toEqual({ kind: 'send' });
  });

  it('the answer to an opt-out leaves at any hour, to the opted out alone, and not past the block of the carrier', () => {
    expect(verdict(single('optOutReply', { consent: OPTED_OUT, ...NIGHT }))).toEqual({ kind: 'send' });
    expect(verdict(single('optOutReply'))).toEqual({ kind: 'drop', reason: 'optedInAgain' });
    const consent = { ...OPTED_OUT, carrierBlocked: true };
    expect(verdict(single('optOutReply', { consent }))).toEqual({ kind: 'drop', reason: 'carrierBlocked' });
  });

  it('B3 X4 at night a text waits for the morning, and not for the confirmation that waits for it as well', () => {
    const pendingConfirmation = { id: 'confirmation-1', since: '2026-06-02T05:29:00.000Z' };
    const until = '2026-06-02T15:00:00.000Z';
    expect(verdict(inputWith({ ...NIGHT, conversation: { ...CONVERSATION, pendingConfirmation } }))).toEqual({
      kind: 'defer',
      reason: 'quietHours',
      until,
    });
  });

  it('B3 X9 what the system says waits until Twilio has lifted its block, but for the answer to an opt-out', () => {
    const held = { kind: 'hold', reason: 'carrierBlocked' };
    expect(verdict(single('confirmation', BLOCKED))).toEqual(held);
    const consent = { ...OPTED_IN, carrierBlocked: true, optInRequest: 'sent' as const };
    expect(verdict(single('optInRequest', { consent }))).toEqual(held);
  });

  it('a confirmation has something to confirm, or is dropped', () => {
    expect(verdict(single('confirmation', { consent: NOT_ASKED }))).toMatchObject({ kind: 'drop' });
    expect(verdict(single('confirmation', { consent: OPTED_OUT }))).toMatchObject({ kind: 'drop' });
  });
});

describe("each rule alone, an agent's text", () => {
  it('T8 where an opt-in is required for one-to-one texts, one of any kind is enough', () => {
    const settings = { ...SETTINGS, requireOptInForOneToOne: true };
    expect(verdict(agent({ settings, consent: NOT_ASKED }))).toEqual({ kind: 'refuse', reason: 'noOptIn' });
    expect(verdict(agent({ settings }))).toEqual({ kind: 'send' });
  });

  it.each([
    ['B6 opted out', { consent: OPTED_OUT }, { kind: 'refuse', reason: 'optedOut' }],
    ['C8 A2P not verified', UNVERIFIED, { kind: 'refuse', reason: 'a2pNotVerified' }],
    ['carrier block', BLOCKED, { kind: 'refuse', reason: 'carrierBlocked' }],
    ['H12 no recorded opt-in', { consent: NOT_ASKED }, { kind: 'send' }],
    ['number unreachable', UNREACHABLE, { kind: 'refuse', reason: 'numberUnreachable' }],
    ['T3 the lead’s own number', { leadNumber: '+13035550142' }, { kind: 'send' }],
    [
      'T3 a number that the lead has left',
      { leadNumber: '+13035550143' },
      { kind: 'refuse', reason: 'numberChanged' },
    ],
    ['X6 in quiet hours', NIGHT, { kind: 'send' }],
  ] as const)('%s', (_, more, expected) => {
    expect(verdict(agent(more))).toEqual(expected);
  });

  it('X6 says in the trace that the hour does not bind an agent', () => {
    const result = 'outside 9:00-20:00 in America/Denver, which does not bind an agent';
    const decision = decide(agent(NIGHT));
    expect(decision.trace).toContainEqual({ rule: 'quietHours', result });
    expect(decision.warnings).toEqual([result]);
  });
});

describe('the order of the rules', () => {
  /** One objection of each rule, in the order in which the rules are consulted. */
  const objections: readonly [
    rule: string,
    change: (input: DecisionInput) => DecisionInput,
    decision: string,
  ][] = [
    [
      'maximumAge',
      (q) => ({ ...q, age: { firstDueAt: '2026-01-01T00:00:00.000Z', maximumAge: 'P7D' } }),
      'drop tooOld',
    ],
    ['leadsNumber', (q) => ({ ...q, leadNumber: '+13035550143' }), 'drop numberChanged'],
    ['optedOut', (q) => ({ ...q, consent: { ...q.consent, status: 'opted_out' } }), 'hold optedOut'],
    [
      'a2pVerified',
      (q) => ({ ...q, settings: { ...q.settings, a2pVerified: false } }),
      'hold a2pNotVerified',
    ],
    ['senderAccepted', (q) => ({ ...q, senderRefusal: REFUSED }), 'hold senderRefused'],
    [
      'carrierBlocked',
      (q) => ({ ...q, consent: { ...q.consent, carrierBlocked: true } }),
      'hold carrierBlocked',
    ],
    ['review', (q) => ({ ...q, conversation: { ...q.conversation, ...IN_REVIEW } }), 'hold awaitingReview'],
    [
      'requireSmsOptIn',
      (q) => (q.consent.status === 'opted_in' ? { ...q, consent: { ...q.consent, status: 'none' } } : q),
      'hold waitingForConsent',
    ],
    ['requireOptInForOneToOne', (q) => q, ''],
    ['keyword', (q) => ({ ...q, automation: { id: 'a', keyword: 'ROOF' } }), 'hold waitingForKeyword'],
    ['textable', (q) => ({ ...q, ...UNREACHABLE }), 'refuse numberUnreachable'],
    [
      'doubleOptIn',
      (q) => ({
        ...q,
        settings: { ...q.settings, doubleOptIn: 'perNumber' },
        consent: { ...q.consent, optInRequest: 'sent' },
      }),
      'hold waitingForStart',
    ],
    ['quietHours', (q) => ({ ...q, ...NIGHT }), 'defer quietHours'],
    ['caps', (q) => ({ ...q, conversation: { ...q.conversation, ...TEXTED_OFTEN } }), 'defer caps'],
    ['previousStep', (q) => ({ ...q, isPreviousInDoubt: true }), 'defer previousInDoubt'],
    [
      'confirmationFirst',
      (q) => ({
        ...q,
        conversation: {
          ...q.conversation,
          pendingConfirmation: { id: 'c', since: '2026-06-01T11:59:00.000Z' },
        },
      }),
      'defer confirmationFirst',
    ],
  ];
  const names = objections.map(([rule]) => rule);

  const deciding = objections
    .map(([rule, , decision], index) => ({ rule, decision, index }))
    // A rule without a decision here binds agents' texts only, and this test decides a step.
    .filter(({ decision }) => decision !== '');
  it.each(deciding)(
    'X1 $rule decides when it and all behind it object, and the trace ends with it',
    ({ decision, index }) => {
      const input = objections.slice(index).reduceRight((q, [, change]) => change(q), inputWith());
      const decided = decide(input);
      expect(`${decided.kind} ${'reason' in decided ? decided.reason : ''}`).toBe(decision);
      expect(decided.trace.map(({ rule }) => rule)).toEqual(names.slice(0, index + 1));
      expect(decided.sentence).toContain(decided.trace.at(-1)?.result);
    },
  );

  it('X1 a text that may leave has consulted every rule', () => {
    expect(decide(inputWith()).trace.map(({ rule }) => rule)).toEqual(names);
  });
});

describe('for every input', () => {
  const consents: fc.Arbitrary<ConsentState> = fc.record({
    number: fc.constant('+13035550142'),
    version: fc.nat(),
    status: fc.constantFrom(...consentStatuses),
    optInRequest: fc.constantFrom(...optInRequestStatuses),
    keywords: fc.constant({}),
    carrierBlocked: fc.boolean(),
    lastOptInAt: fc.constant('2026-05-01T00:00:00.000Z'),
    headHash: fc.constant(''),
  });
  const settings: fc.Arbitrary<Settings> = fc
    .record({
      requireSmsOptIn: fc.boolean(),
      a2pVerified: fc.boolean(),
      hour: fc.integer({ min: 0, max: 19 }),
    })
    .map(({ hour, ...rest }) => {
      const from = `${String(hour).padStart(2, '0')}:00`;
      return { ...SETTINGS, ...rest, sendingHours: { from, to: '20:30' } };
    });
  const inputs: fc.Arbitrary<DecisionInput> = fc
    .record({
      purpose: fc.constantFrom('step' as const, 'agent' as const, 'confirmation' as const),
      consent: consents,
      unreachable: fc.constantFrom(undefined, { code: 21614 }),
      settings,
      hour: fc.nat(23),
    })
    .map(({ hour, ...rest }) => inputWith({ ...rest, now: new Date(NOON.getTime() + hour * 3_600_000) }));

  function freeze<T extends object>(value: T): T {
    for (const part of Object.values(value)) {
      if (typeof part === 'object' && part !== null && !(part instanceof Date)) freeze(part);
    }
    return Object.freeze(value);
  }

  it('H2 S2 B6 C8 no automated text is sent to the opted out, unverified, blocked, or not opted in where it is required', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        fc.pre(input.purpose !== 'agent');
        const { status, carrierBlocked } = input.consent;
        const forbidden =
          status === 'opted_out' ||
          carrierBlocked ||
          !input.settings.a2pVerified ||
          (input.settings.requireSmsOptIn && status !== 'opted_in');
        if (forbidden) expect(decide(input).kind).not.toMatch(/^send/);
      }),
      { numRuns: 1000 },
    );
  });

  it('is answered alike every time and left untouched', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        expect(decide(freeze(input))).toEqual(decide(input));
      }),
    );
  });

  it('an agent is never told to wait', () => {
    fc.assert(
      fc.property(inputs, ({ age: _, ...input }) => {
        expect(['send', 'refuse']).toContain(decide({ ...input, purpose: 'agent' }).kind);
      }),
    );
  });
});
