import type { EventKind, Evidence, NewConsentEvent } from '../../../lib/consent/consent-event.ts';
import { type ConsentState, initialState } from '../../../lib/consent/state.ts';
import { applyEvent } from '../../../lib/consent/transition.ts';

export const NUMBER = '+13035550142';

const form = {
  source: 'form',
  formId: 'quote',
  submissionId: 's-1',
  wordsShown: 'Yes, text me about my quote.',
  wordsVersion: '0123456789abcdef',
} as const;
const manual = {
  source: 'manual',
  actor: 'pat@example.com',
  method: 'phone',
  proof: 'recording 7',
  wordsShown: 'May we text you?',
} as const;

function carrierList(told: 'opt-in' | 'opt-out'): Evidence {
  return { source: 'carrierList', sender: '+13035550100', told, because: 1, correlationId: 'c'.repeat(32) };
}

/** Evidence of a request for START that a YES answers for an hour of the first day. */
export function optInRequest(leadId?: string): Evidence {
  const wordsSent = 'Reply START to get texts.';
  return {
    source: 'gate',
    messageId: `m-${leadId ?? 1}`,
    wordsSent,
    openUntil: at(3600),
    ...(leadId !== undefined && { leadId }),
  };
}

export function handset(word: string, carrierActs: boolean): Evidence {
  return { source: 'handset', messageSid: 'SM1', to: '+13035550100', wordsSent: word, word, carrierActs };
}

const EVIDENCE: Readonly<Record<EventKind, Evidence>> = {
  handsetStart: handset('START', true),
  handsetYes: handset('YES', true),
  handsetKeyword: handset('ROOF', false),
  explicitWeb: { ...form, checkbox: 1 },
  impliedForm: form,
  crmAttested: { source: 'crm', object: 'Prospect', recordId: 'a01', field: 'SMS_Opt_In__c' },
  manualOptIn: manual,
  optOut: handset('STOP', true),
  numberReleased: manual,
  optInRequestSent: optInRequest(),
  carrierBlocked: carrierList('opt-out'),
  optInRequestFailed: { source: 'carrier', messageId: 'm-1', errorCode: 30003 },
  carrierUnblocked: carrierList('opt-in'),
};

/** Returns a time on a day of June 2026, by its second. */
export function at(second: number): string {
  return new Date(Date.UTC(2026, 5, 1) + second * 1000).toISOString();
}

let sources = 0;

/** Creates a new event of NUMBER, with the evidence that its kind has. */
export function newEvent(
  kind: EventKind,
  second: number,
  more: Partial<NewConsentEvent> = {},
): NewConsentEvent {
  const sourceId = `source-${++sources}`;
  return { number: NUMBER, kind, occurredAt: at(second), sourceId, evidence: EVIDENCE[kind], ...more };
}

/** Creates an opt-in from elsewhere that the organization lets lift an opt-out which came from the phone. */
export function liftingEvent(kind: 'explicitWeb' | 'manualOptIn', second: number): NewConsentEvent {
  const evidence = kind === 'explicitWeb' ? { ...form, checkbox: 1 } : manual;
  return newEvent(kind, second, { evidence: { ...evidence, reOptIn: 'web' } });
}

/** Computes the state after some new events, in the order in which they are recorded. */
export function stateAfter(...newEvents: readonly NewConsentEvent[]): ConsentState {
  return newEvents.reduce(
    (state, next) => ({ ...applyEvent(state, next).state, version: state.version + 1 }),
    initialState(NUMBER),
  );
}
