import type { ConsentStatus, Effect, EventKind, Evidence, NewConsentEvent } from './consent-event.ts';
import type { ConsentState, LastOptOutBy, OptInRequestPeriod, OptInRequestStatus } from './state.ts';

/**
 * Version of these rules, stored with each event. A change of any event's effect needs a new version. The rules of older
 * versions must stay here, so that old ledgers still replay.
 */
export const RULES_VERSION = 2;

/** Maps each kind of event and consent status to the status after it (S5; docs/design.md, "The transition table"). */
export const TRANSITIONS: Readonly<Record<EventKind, Readonly<Record<ConsentStatus, ConsentStatus>>>> = {
  handsetStart: { none: 'opted_in', opted_in: 'opted_in', opted_out: 'opted_in' },
  // YES means START only as the answer to an open request, or after a keyword of Twilio's; see `isConversation` below.
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

/**
 * Clocks of forms and their builders differ from ours by up to this much. A No from within this time before an opt-in wins
 * over it, because the order of the two is in doubt.
 */
const FORM_CLOCK_MARGIN_MILLISECONDS = 15 * 60_000;

function isOptIn(kind: EventKind): boolean {
  return TRANSITIONS[kind].none === 'opted_in';
}

function lifts(kind: EventKind): boolean {
  return TRANSITIONS[kind].opted_out === 'opted_in';
}

/** Whether an opt-out came from the phone itself: a text, or the carrier's word that the phone sent one (21610). */
function isOptOutByHandset({ kind, evidence }: NewConsentEvent): boolean {
  return kind === 'optOut' && (evidence.source === 'handset' || evidence.source === 'carrier');
}

/** Whether consent given on the web or by hand may lift what the handset opted out: the setting, as the evidence keeps it. */
function isLiftingOnWeb(evidence: Evidence): boolean {
  return 'reOptIn' in evidence && evidence.reOptIn === 'web';
}

/** Whether an event can lift an opt-out that came from the phone. */
function liftsHandsetOptOut({ kind, evidence }: NewConsentEvent): boolean {
  return lifts(kind) && (FROM_HANDSET.has(kind) || isLiftingOnWeb(evidence));
}

function latest(...times: (string | undefined)[]): string | undefined {
  return times
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);
}

/** Returns the moment of the last event that opposes a new one. An event that happened before it is late news (X3). */
function lastOpposing(state: ConsentState, newEvent: NewConsentEvent): string | undefined {
  const { kind } = newEvent;
  if (isOptIn(kind)) return latest(state.lastOptOutAt, state.lastReleaseAt);
  // A STOP that is heard of after a ticked box still counts, since the box could not have lifted it.
  if (isOptOutByHandset(newEvent)) return state.lastHandsetLiftAt;
  // Only an opt-in that can lift an opt-out opposes one. So an opt-out wins over a form without a checkbox or a CRM field,
  // in whichever order the two are recorded (X13).
  if (kind === 'optOut' || kind === 'carrierBlocked') return state.lastLiftingAt;
  // A STOP that came while sendgate lifted the block at Twilio blocks again, so the lifting is older than the STOP (X9).
  if (kind === 'carrierUnblocked') return state.lastOptOutAt;
  if (kind === 'numberReleased') return state.lastOptInAt;
  return undefined;
}

function isLate(state: ConsentState, newEvent: NewConsentEvent): boolean {
  const opposing = lastOpposing(state, newEvent);
  if (opposing === undefined) return false;
  const { kind, occurredAt, evidence } = newEvent;
  // A manual opt-in must be dated after the opt-out. For other kinds, the event recorded last wins a tie.
  if (kind === 'manualOptIn') return occurredAt <= opposing;
  const isOrderInDoubt = kind === 'optOut' && evidence.source === 'form';
  const margin = isOrderInDoubt ? FORM_CLOCK_MARGIN_MILLISECONDS : 0;
  return Date.parse(occurredAt) + margin < Date.parse(opposing);
}

/** Whether a request for START, to the number or to one of its leads, is open at a moment: sent, unanswered and not ended. */
function isRequestOpen(state: ConsentState, at: string): boolean {
  const { optInRequest, optInRequestPeriod, leadOptInRequests = {}, leadOptInRequestPeriods = {} } = state;
  const isOpen = (status: OptInRequestStatus, period: OptInRequestPeriod | undefined) =>
    status === 'sent' && period?.until !== undefined && at <= period.until;
  return (
    isOpen(optInRequest, optInRequestPeriod) ||
    Object.entries(leadOptInRequests).some(([id, status]) => isOpen(status, leadOptInRequestPeriods[id]))
  );
}

/**
 * A bare YES is conversation, and no consent, unless it answers a request for START that is open, or follows a keyword on which
 * Twilio blocked the number: Twilio lifts that block on YES.
 */
function isConversation(state: ConsentState, { kind, occurredAt }: NewConsentEvent): boolean {
  if (kind !== 'handsetYes' || isRequestOpen(state, occurredAt)) return false;
  return state.status !== 'opted_out' || !state.carrierBlocked || state.lastOptOutBy !== 'carrierKeyword';
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
  const isHandsetLift = liftsHandsetOptOut(newEvent);
  // The handset opted out: what is not its own word is kept as evidence and lifts nothing.
  const isKept = state.status === 'opted_out' && state.handsetOptedOut === true && !isHandsetLift;
  const status = isKept ? 'opted_out' : TRANSITIONS[kind][state.status];
  if (status !== 'opted_in') return { ...state, status };
  const { handsetOptedOut: _, ...lifted } = withoutBlock(state, newEvent);
  let next: ConsentState = { ...lifted, status };
  next.lastOptInAt = latest(state.lastOptInAt, occurredAt) ?? occurredAt;
  if (lifts(kind)) next.lastLiftingAt = latest(state.lastLiftingAt, occurredAt) ?? occurredAt;
  if (isHandsetLift) next.lastHandsetLiftAt = latest(state.lastHandsetLiftAt, occurredAt) ?? occurredAt;
  if (FROM_HANDSET.has(kind) && kind !== 'handsetKeyword') {
    // START opens every lead that was asked, also one whose request a STOP had rejected (C4).
    const opened = moveOptInRequests(next, { sent: 'accepted', rejected: 'accepted' });
    next = { ...opened, optInRequest: 'accepted' };
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
  const next: ConsentState = {
    ...moveOptInRequests(state, { sent: 'rejected', accepted: 'rejected' }),
    status: TRANSITIONS.optOut[state.status],
    keywords,
    carrierBlocked: state.carrierBlocked || carrierHolds,
  };
  // A No that wins over an opt-in because their order is in doubt stands after it.
  const at = evidence.source === 'form' ? latest(occurredAt, state.lastLiftingAt) : occurredAt;
  next.lastOptOutAt = latest(state.lastOptOutAt, at) ?? occurredAt;
  if (next.lastOptOutAt === at) next.lastOptOutBy = lastOptOutBy(newEvent);
  if (isOptOutByHandset(newEvent)) next.handsetOptedOut = true;
  return next;
}

/** Says how a number opted out. Error 21610 tells of a keyword on which Twilio has acted. */
function lastOptOutBy({ evidence }: NewConsentEvent): LastOptOutBy {
  if (evidence.source === 'carrier') return 'carrierKeyword';
  if (evidence.source !== 'handset') return 'other';
  return evidence.carrierActs ? 'carrierKeyword' : 'handset';
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
  const {
    leadOptInRequests: _requests,
    leadOptInRequestPeriods: _periods,
    optInRequestPeriod: _period,
    ...rest
  } = state;
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
function optInRequestSent(state: ConsentState, { occurredAt, evidence }: NewConsentEvent): ConsentState {
  // This request left before a START that is recorded already, so the number stays accepted.
  const optInRequest = state.optInRequest === 'accepted' ? 'accepted' : 'sent';
  const { leadId, openUntil } = evidence.source === 'gate' ? evidence : {};
  const period = { sentAt: occurredAt, ...(openUntil !== undefined && { until: openUntil }) };
  const asked = { ...state, optInRequest, optInRequestPeriod: period } as const;
  if (leadId === undefined) return asked;
  return {
    ...asked,
    leadOptInRequests: { ...state.leadOptInRequests, [leadId]: 'sent' },
    leadOptInRequestPeriods: { ...state.leadOptInRequestPeriods, [leadId]: period },
  };
}

function facets(state: ConsentState): string {
  const { status, optInRequest, leadOptInRequests, keywords, carrierBlocked } = state;
  const { optInRequestPeriod, leadOptInRequestPeriods, handsetOptedOut } = state;
  const requests = [optInRequest, leadOptInRequests, optInRequestPeriod, leadOptInRequestPeriods];
  return JSON.stringify([status, requests, keywords, carrierBlocked, handsetOptedOut]);
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
  if (isConversation(state, newEvent)) return withoutBlock(state, newEvent);
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
