import type { ConsentStatus, Effect, EventKind, NewConsentEvent } from './consent-event.ts';
import type { ConsentState, OptInRequestStatus } from './state.ts';

/**
 * Version of these rules, stored with each event. A change of what any event does is a new version; the rules
 * that decided older events stay here, so that old ledgers still replay.
 */
export const RULES_VERSION = 1;

/** Maps each kind of event and consent status to the status after it (S5; docs/design.md, "The transition table"). */
export const TRANSITIONS: Readonly<Record<EventKind, Readonly<Record<ConsentStatus, ConsentStatus>>>> = {
  handsetStart: { none: 'opted_in', opted_in: 'opted_in', opted_out: 'opted_in' },
  // YES means START only from someone who was asked or had opted out; see `asksForNothing` below.
  handsetYes: { none: 'opted_in', opted_in: 'opted_in', opted_out: 'opted_in' },
  handsetKeyword: { none: 'opted_in', opted_in: 'opted_in', opted_out: 'opted_in' },
  explicitWeb: { none: 'opted_in', opted_in: 'opted_in', opted_out: 'opted_in' },
  impliedForm: { none: 'opted_in', opted_in: 'opted_in', opted_out: 'opted_out' },
  crmAttested: { none: 'opted_in', opted_in: 'opted_in', opted_out: 'opted_out' },
  manualOptIn: { none: 'opted_in', opted_in: 'opted_in', opted_out: 'opted_in' },
  optOut: { none: 'opted_out', opted_in: 'opted_out', opted_out: 'opted_out' },
  numberReleased: { none: 'none', opted_in: 'none', opted_out: 'opted_out' },
  optInRequestSent: { none: 'none', opted_in: 'opted_in', opted_out: 'opted_out' },
  optInRequestFailed: { none: 'none', opted_in: 'opted_in', opted_out: 'opted_out' },
  // What we changed on Twilio's STOP list says nothing of anybody's consent.
  carrierBlocked: { none: 'none', opted_in: 'opted_in', opted_out: 'opted_out' },
  carrierUnblocked: { none: 'none', opted_in: 'opted_in', opted_out: 'opted_out' },
};

const FROM_HANDSET: ReadonlySet<EventKind> = new Set(['handsetStart', 'handsetYes', 'handsetKeyword']);

function isOptIn(kind: EventKind): boolean {
  return TRANSITIONS[kind].none === 'opted_in';
}

function lifts(kind: EventKind): boolean {
  return TRANSITIONS[kind].opted_out === 'opted_in';
}

function latest(...times: (string | undefined)[]): string | undefined {
  return times
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);
}

/** The last event that speaks against an event of this kind: what happened before it is late news (X3). */
function lastOpposing(state: ConsentState, kind: EventKind): string | undefined {
  if (isOptIn(kind)) return latest(state.lastOptOutAt, state.lastReleaseAt);
  // Only what could have lifted an opt-out opposes one: an opt-out stays ahead of a form without a checkbox
  // or a CRM field, in whichever order the two are heard of.
  if (kind === 'optOut' || kind === 'carrierBlocked') return state.lastLiftingAt;
  // A STOP that came while Twilio was being told of an opt-in blocks again, and this is older than it.
  if (kind === 'carrierUnblocked') return state.lastOptOutAt;
  if (kind === 'numberReleased') return state.lastOptInAt;
  return undefined;
}

function isLate(state: ConsentState, newEvent: NewConsentEvent): boolean {
  const opposing = lastOpposing(state, newEvent.kind);
  if (opposing === undefined) return false;
  // A manual opt-in must be dated after the opt-out; for the others arrival order settles a tie.
  if (newEvent.kind === 'manualOptIn') return newEvent.occurredAt <= opposing;
  return newEvent.occurredAt < opposing;
}

/** A bare YES from someone who has no question open and has not opted out is conversation, not consent. */
function asksForNothing(state: ConsentState, kind: EventKind): boolean {
  const isAsked = [state.optInRequest, ...Object.values(state.leadOptInRequests ?? {})].includes('sent');
  return kind === 'handsetYes' && state.status !== 'opted_out' && !isAsked;
}

/** Moves every request for a double opt-in that `next` has something to say of: the number's and its leads'. */
function moveOptInRequests(
  state: ConsentState,
  next: Partial<Record<OptInRequestStatus, OptInRequestStatus>>,
): ConsentState {
  const moved = { ...state, optInRequest: next[state.optInRequest] ?? state.optInRequest };
  if (!state.leadOptInRequests) return moved;
  const leads = Object.entries(state.leadOptInRequests);
  moved.leadOptInRequests = Object.fromEntries(
    leads.map(([id, optInRequest]) => [id, next[optInRequest] ?? optInRequest]),
  );
  return moved;
}

/** The carrier lifts its block on the words that it takes for START itself, and on no others ("Start.", "restart"). */
function withoutBlock(state: ConsentState, { evidence }: NewConsentEvent): ConsentState {
  const carrierLifts = evidence.source === 'handset' && evidence.carrierActs;
  return carrierLifts ? { ...state, carrierBlocked: false } : state;
}

function optIn(state: ConsentState, newEvent: NewConsentEvent): ConsentState {
  const { kind, occurredAt, evidence } = newEvent;
  const status = TRANSITIONS[kind][state.status];
  if (status !== 'opted_in') return { ...state, status };
  let next: ConsentState = { ...withoutBlock(state, newEvent), status };
  next.lastOptInAt = latest(state.lastOptInAt, occurredAt) ?? occurredAt;
  if (lifts(kind)) next.lastLiftingAt = latest(state.lastLiftingAt, occurredAt) ?? occurredAt;
  if (FROM_HANDSET.has(kind) && kind !== 'handsetKeyword') {
    next = { ...moveOptInRequests(next, { sent: 'accepted' }), optInRequest: 'accepted' };
  } else if (state.status === 'opted_out') {
    // Consent given elsewhere after a STOP: where START is asked for, it is asked for again.
    next = moveOptInRequests(next, { rejected: 'not_sent' });
  }
  if (kind === 'handsetKeyword' && evidence.source === 'handset' && !state.keywords[evidence.word]?.active) {
    // One that is active already stays as it is: the text that brought it is its evidence, and was confirmed.
    const record = { active: true, since: occurredAt, sequence: state.version + 1 };
    next.keywords = { ...state.keywords, [evidence.word]: record };
  }
  return next;
}

function optOut(state: ConsentState, newEvent: NewConsentEvent): ConsentState {
  const { occurredAt, evidence } = newEvent;
  const sequence = state.version + 1;
  const keywords = Object.fromEntries(
    Object.entries(state.keywords).map(([word, record]) => [
      word,
      record.active ? { active: false, since: occurredAt, sequence } : record,
    ]),
  );
  const carrierHolds =
    evidence.source === 'carrier' || (evidence.source === 'handset' && evidence.carrierActs);
  return {
    ...moveOptInRequests(state, { sent: 'rejected', accepted: 'rejected' }),
    status: TRANSITIONS.optOut[state.status],
    keywords,
    carrierBlocked: state.carrierBlocked || carrierHolds,
    lastOptOutAt: latest(state.lastOptOutAt, occurredAt) ?? occurredAt,
  };
}

function release(state: ConsentState, newEvent: NewConsentEvent): ConsentState {
  const sequence = state.version + 1;
  const keywords = Object.fromEntries(
    Object.entries(state.keywords).map(([word, record]) => [
      word,
      record.active ? { active: false, since: newEvent.occurredAt, sequence } : record,
    ]),
  );
  const status = TRANSITIONS.numberReleased[state.status];
  const lastReleaseAt = latest(state.lastReleaseAt, newEvent.occurredAt) ?? newEvent.occurredAt;
  const { leadOptInRequests: _, ...rest } = state;
  return { ...rest, status, keywords, lastReleaseAt, optInRequest: 'not_sent' };
}

/** The request never reached its reader: who has not answered it may be asked again. */
function optInRequestFailed(state: ConsentState, { evidence }: NewConsentEvent): ConsentState {
  const leadId = evidence.source === 'carrier' ? evidence.leadId : undefined;
  const { leadOptInRequests } = state;
  if (leadId === undefined || leadOptInRequests?.[leadId] !== 'sent') {
    return state.optInRequest === 'sent' ? { ...state, optInRequest: 'not_sent' } : state;
  }
  const others = { ...leadOptInRequests, [leadId]: 'not_sent' as const };
  const isAsked = Object.values(others).includes('sent');
  const optInRequest = state.optInRequest === 'sent' && !isAsked ? 'not_sent' : state.optInRequest;
  return { ...state, optInRequest, leadOptInRequests: others };
}

/** The opt-in template was sent: to the number, and where each lead opts in by itself, for one lead. */
function optInRequestSent(state: ConsentState, { evidence }: NewConsentEvent): ConsentState {
  // Nobody who accepted is asked again: this one left before the START that is known already.
  const optInRequest = state.optInRequest === 'accepted' ? 'accepted' : 'sent';
  const leadId = evidence.source === 'gate' ? evidence.leadId : undefined;
  if (leadId === undefined) return { ...state, optInRequest };
  return { ...state, optInRequest, leadOptInRequests: { ...state.leadOptInRequests, [leadId]: 'sent' } };
}

function facets(state: ConsentState): string {
  const { status, optInRequest, leadOptInRequests, keywords, carrierBlocked } = state;
  return JSON.stringify([status, optInRequest, leadOptInRequests, keywords, carrierBlocked]);
}

/**
 * Applies one event to the state of a number. Pure: the caller stores what comes out.
 *
 * @param occurrence its `occurredAt` must not lie in the future; the registry sees to that.
 * @returns the state after the event (its `version` and `headHash` are the registry's to set) and whether the
 *   event moved it. Late news (X3) changes nothing at all.
 */
export function applyEvent(
  state: ConsentState,
  newEvent: NewConsentEvent,
): { readonly state: ConsentState; readonly effect: Effect } {
  if (isLate(state, newEvent)) return { state, effect: 'late' };
  const next = nextState(state, newEvent);
  if (next.status !== state.status) {
    const { kind, evidence } = newEvent;
    next.statusBy = { sequence: state.version + 1, kind, source: evidence.source };
  }
  return { state: next, effect: facets(next) === facets(state) ? 'unchanged' : 'changed' };
}

function nextState(state: ConsentState, newEvent: NewConsentEvent): ConsentState {
  if (asksForNothing(state, newEvent.kind)) return withoutBlock(state, newEvent);
  switch (newEvent.kind) {
    case 'optOut':
      return optOut(state, newEvent);
    case 'numberReleased':
      return release(state, newEvent);
    case 'optInRequestSent':
      return optInRequestSent(state, newEvent);
    case 'optInRequestFailed':
      return optInRequestFailed(state, newEvent);
    case 'carrierBlocked':
      return { ...state, carrierBlocked: true };
    case 'carrierUnblocked':
      return state.status === 'opted_out' ? state : { ...state, carrierBlocked: false };
    default:
      return optIn(state, newEvent);
  }
}
