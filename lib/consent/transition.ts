import type { ConsentOccurrence, Effect, EventKind, Standing } from './consent-event.ts';
import type { ConsentState, Prompt } from './state.ts';

/**
 * Version of these rules, stored with each event. A change of what any event does is a new version; the rules
 * that decided older events stay here, so that old ledgers still replay.
 */
export const RULES_VERSION = 1;

/** What an event of a kind makes of each standing. The table of DESIGN.md, row by row. */
export const TRANSITIONS: Readonly<Record<EventKind, Readonly<Record<Standing, Standing>>>> = {
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
  promptSent: { none: 'none', opted_in: 'opted_in', opted_out: 'opted_out' },
  promptFailed: { none: 'none', opted_in: 'opted_in', opted_out: 'opted_out' },
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

function isLate(state: ConsentState, occurrence: ConsentOccurrence): boolean {
  const opposing = lastOpposing(state, occurrence.kind);
  if (opposing === undefined) return false;
  // A manual opt-in must be dated after the opt-out; for the others arrival order settles a tie.
  if (occurrence.kind === 'manualOptIn') return occurrence.occurredAt <= opposing;
  return occurrence.occurredAt < opposing;
}

/** A bare YES from someone who has no question open and has not opted out is conversation, not consent. */
function asksForNothing(state: ConsentState, kind: EventKind): boolean {
  const isAsked = [state.prompt, ...Object.values(state.leadPrompts ?? {})].includes('sent');
  return kind === 'handsetYes' && state.standing !== 'opted_out' && !isAsked;
}

/** Moves every request for a double opt-in that `next` has something to say of: the number's and its leads'. */
function movePrompts(state: ConsentState, next: Partial<Record<Prompt, Prompt>>): ConsentState {
  const moved = { ...state, prompt: next[state.prompt] ?? state.prompt };
  if (!state.leadPrompts) return moved;
  const leads = Object.entries(state.leadPrompts);
  moved.leadPrompts = Object.fromEntries(leads.map(([id, prompt]) => [id, next[prompt] ?? prompt]));
  return moved;
}

/** The carrier lifts its block on the words that it takes for START itself, and on no others ("Start.", "restart"). */
function withoutBlock(state: ConsentState, { evidence }: ConsentOccurrence): ConsentState {
  const carrierLifts = evidence.source === 'handset' && evidence.carrierActs;
  return carrierLifts ? { ...state, carrierBlocked: false } : state;
}

function optIn(state: ConsentState, occurrence: ConsentOccurrence): ConsentState {
  const { kind, occurredAt, evidence } = occurrence;
  const standing = TRANSITIONS[kind][state.standing];
  if (standing !== 'opted_in') return { ...state, standing };
  let next: ConsentState = { ...withoutBlock(state, occurrence), standing };
  next.lastOptInAt = latest(state.lastOptInAt, occurredAt) ?? occurredAt;
  if (lifts(kind)) next.lastLiftingAt = latest(state.lastLiftingAt, occurredAt) ?? occurredAt;
  if (FROM_HANDSET.has(kind) && kind !== 'handsetKeyword') {
    next = { ...movePrompts(next, { sent: 'accepted' }), prompt: 'accepted' };
  } else if (state.standing === 'opted_out') {
    // Consent given elsewhere after a STOP: where START is asked for, it is asked for again.
    next = movePrompts(next, { rejected: 'not_sent' });
  }
  if (kind === 'handsetKeyword' && evidence.source === 'handset' && !state.keywords[evidence.word]?.active) {
    // One that is active already stays as it is: the text that brought it is its evidence, and was confirmed.
    const record = { active: true, since: occurredAt, sequence: state.version + 1 };
    next.keywords = { ...state.keywords, [evidence.word]: record };
  }
  return next;
}

function optOut(state: ConsentState, occurrence: ConsentOccurrence): ConsentState {
  const { occurredAt, evidence } = occurrence;
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
    ...movePrompts(state, { sent: 'rejected', accepted: 'rejected' }),
    standing: TRANSITIONS.optOut[state.standing],
    keywords,
    carrierBlocked: state.carrierBlocked || carrierHolds,
    lastOptOutAt: latest(state.lastOptOutAt, occurredAt) ?? occurredAt,
  };
}

function release(state: ConsentState, occurrence: ConsentOccurrence): ConsentState {
  const sequence = state.version + 1;
  const keywords = Object.fromEntries(
    Object.entries(state.keywords).map(([word, record]) => [
      word,
      record.active ? { active: false, since: occurrence.occurredAt, sequence } : record,
    ]),
  );
  const standing = TRANSITIONS.numberReleased[state.standing];
  const lastReleaseAt = latest(state.lastReleaseAt, occurrence.occurredAt) ?? occurrence.occurredAt;
  const { leadPrompts: _, ...rest } = state;
  return { ...rest, standing, keywords, lastReleaseAt, prompt: 'not_sent' };
}

/** The request never reached its reader: who has not answered it may be asked again. */
function promptFailed(state: ConsentState, { evidence }: ConsentOccurrence): ConsentState {
  const leadId = evidence.source === 'carrier' ? evidence.leadId : undefined;
  const { leadPrompts } = state;
  if (leadId === undefined || leadPrompts?.[leadId] !== 'sent') {
    return state.prompt === 'sent' ? { ...state, prompt: 'not_sent' } : state;
  }
  const others = { ...leadPrompts, [leadId]: 'not_sent' as const };
  const isAsked = Object.values(others).includes('sent');
  const prompt = state.prompt === 'sent' && !isAsked ? 'not_sent' : state.prompt;
  return { ...state, prompt, leadPrompts: others };
}

/** The opt-in template was sent: to the number, and where each lead opts in by itself, for one lead. */
function promptSent(state: ConsentState, { evidence }: ConsentOccurrence): ConsentState {
  // Nobody who accepted is asked again: this one left before the START that is known already.
  const prompt = state.prompt === 'accepted' ? 'accepted' : 'sent';
  const leadId = evidence.source === 'gate' ? evidence.leadId : undefined;
  if (leadId === undefined) return { ...state, prompt };
  return { ...state, prompt, leadPrompts: { ...state.leadPrompts, [leadId]: 'sent' } };
}

function facets(state: ConsentState): string {
  const { standing, prompt, leadPrompts, keywords, carrierBlocked } = state;
  return JSON.stringify([standing, prompt, leadPrompts, keywords, carrierBlocked]);
}

/**
 * Applies one event to the state of a number. Pure: the caller stores what comes out.
 *
 * @param occurrence its `occurredAt` must not lie in the future; the registry sees to that.
 * @returns the state after the event (its `version` and `headHash` are the registry's to set) and whether the
 *   event moved it. Late news (X3) changes nothing at all.
 */
export function applyOccurrence(
  state: ConsentState,
  occurrence: ConsentOccurrence,
): { readonly state: ConsentState; readonly effect: Effect } {
  if (isLate(state, occurrence)) return { state, effect: 'late' };
  const next = nextState(state, occurrence);
  if (next.standing !== state.standing) {
    const { kind, evidence } = occurrence;
    next.standingBy = { sequence: state.version + 1, kind, source: evidence.source };
  }
  return { state: next, effect: facets(next) === facets(state) ? 'unchanged' : 'changed' };
}

function nextState(state: ConsentState, occurrence: ConsentOccurrence): ConsentState {
  if (asksForNothing(state, occurrence.kind)) return withoutBlock(state, occurrence);
  switch (occurrence.kind) {
    case 'optOut':
      return optOut(state, occurrence);
    case 'numberReleased':
      return release(state, occurrence);
    case 'promptSent':
      return promptSent(state, occurrence);
    case 'promptFailed':
      return promptFailed(state, occurrence);
    case 'carrierBlocked':
      return { ...state, carrierBlocked: true };
    case 'carrierUnblocked':
      return state.standing === 'opted_out' ? state : { ...state, carrierBlocked: false };
    default:
      return optIn(state, occurrence);
  }
}
