import type { ConsentStatus, Effect, EventKind, NewConsentEvent } from './consent-event.ts';
import type { ConsentState, OptInRequestStatus } from './state.ts';

/**
 * Version of these rules, stored with each event. A change of any event's effect needs a new version. The rules of older
 * versions must stay here, so that old ledgers still replay.
 */
export const RULES_VERSION = 1;

/** Maps each kind of event and consent status to the status after it (S5; docs/design.md, "The transition table"). */
export const TRANSITIONS: Readonly<Record<EventKind, Readonly<Record<ConsentStatus, ConsentStatus>>>> = {
  handsetStart: { none: 'opted_in', opted_in: 'opted_in', opted_out: 'opted_in' },
  // YES counts as START only after an opt-in request or an opt-out; see `isConversation` below.
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
  // A change that sendgate made on Twilio's STOP list is no consent (X9).
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

/** Returns the moment of the last event that opposes this kind. An event that happened before it is late news (X3). */
function lastOpposing(state: ConsentState, kind: EventKind): string | undefined {
  if (isOptIn(kind)) return latest(state.lastOptOutAt, state.lastReleaseAt);
  // Only an opt-in that can lift an opt-out opposes one. So an opt-out wins over a form without a checkbox or a CRM field,
  // in whichever order the two are recorded (X13).
  if (kind === 'optOut' || kind === 'carrierBlocked') return state.lastLiftingAt;
  // A STOP that came while sendgate lifted the block at Twilio blocks again, so the lifting is older than the STOP (X9).
  if (kind === 'carrierUnblocked') return state.lastOptOutAt;
  if (kind === 'numberReleased') return state.lastOptInAt;
  return undefined;
}

function isLate(state: ConsentState, newEvent: NewConsentEvent): boolean {
  const opposing = lastOpposing(state, newEvent.kind);
  if (opposing === undefined) return false;
  // A manual opt-in must be dated after the opt-out. For other kinds, the event recorded last wins a tie.
  if (newEvent.kind === 'manualOptIn') return newEvent.occurredAt <= opposing;
  return newEvent.occurredAt < opposing;
}

/** Tells whether a bare YES is conversation and no consent: the number has no open opt-in request and is not opted out. */
function isConversation(state: ConsentState, kind: EventKind): boolean {
  const isOpen = [state.optInRequest, ...Object.values(state.leadOptInRequests ?? {})].includes('sent');
  return kind === 'handsetYes' && state.status !== 'opted_out' && !isOpen;
}

/** Moves the opt-in requests of the number and of its leads. `next` maps a status to the one after it; others stay. */
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

/** Clears the carrier's block if the carrier itself takes the words for START. It does not for others ("Start.", "restart"). */
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
    // The consent was not given by START: with double opt-in, the next text asks for START again.
    next = moveOptInRequests(next, { rejected: 'not_sent' });
  }
  if (kind === 'handsetKeyword' && evidence.source === 'handset' && !state.keywords[evidence.word]?.active) {
    // An opt-in that is active already stays: its first text is its evidence, and was confirmed.
    const record = { active: true, since: occurredAt, sequence: state.version + 1 };
    next.keywords = { ...state.keywords, [evidence.word]: record };
  }
  return next;
}

/** Opts the number out, ends its keywords, and rejects its opt-in requests, so that automated texts stop (B6, C5). */
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

/** Ends the consent of a number that was disconnected or reassigned. Its opt-out stays. */
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

/** Resets an opt-in request that never reached the person, so that the next text asks again. */
function optInRequestFailed(state: ConsentState, { evidence }: NewConsentEvent): ConsentState {
  const leadId = evidence.source === 'carrier' ? evidence.leadId : undefined;
  const { leadOptInRequests } = state;
  if (leadId === undefined || leadOptInRequests?.[leadId] !== 'sent') {
    return state.optInRequest === 'sent' ? { ...state, optInRequest: 'not_sent' } : state;
  }
  const requests = { ...leadOptInRequests, [leadId]: 'not_sent' as const };
  const isOpen = Object.values(requests).includes('sent');
  const optInRequest = state.optInRequest === 'sent' && !isOpen ? 'not_sent' : state.optInRequest;
  return { ...state, optInRequest, leadOptInRequests: requests };
}

/** Marks the number's opt-in request as sent and, in per-lead double opt-in, that of one lead (C4). */
function optInRequestSent(state: ConsentState, { evidence }: NewConsentEvent): ConsentState {
  // This request left before a START that is recorded already, so the number stays accepted.
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
 * Applies one event to the state of a number (S5; docs/design.md, "The transition table"). Pure: the caller stores the result.
 *
 * @param newEvent its `occurredAt` must not lie in the future; the registry sees to that.
 * @returns the state after the event, whose `version` and `headHash` the registry sets, and the event's effect. Late news
 *   changes nothing at all (X3).
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
  if (isConversation(state, newEvent.kind)) return withoutBlock(state, newEvent);
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
