/**
 * States what sendgate promises, in a page: how consent follows from what happened (docs/design.md, "The transition table"), and
 * which texts leave. It is written from the documents and not from lib/, so that the two cannot share a mistake.
 */

/** One event of a ledger, with the fields that the promise depends on. */
export interface LedgerEvent {
  readonly kind: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly source: string;
  /** The keyword that was texted, in upper case. */
  readonly word?: string | undefined;
  /** Twilio acts on the word by itself. */
  readonly carrierActs?: boolean | undefined;
  readonly leadId?: string | undefined;
  /** Until when a YES answers the request for START that this event is. */
  readonly openUntil?: string | undefined;
  /** `web`: the organization lets the event lift an opt-out that came from the phone. */
  readonly reOptIn?: string | undefined;
}

type ConsentStatus = 'none' | 'opted_in' | 'opted_out';

/** A number's consent after some events, by the promise. */
export interface PromisedState {
  readonly status: ConsentStatus;
  readonly optInRequest: string;
  readonly leadOptInRequests: Readonly<Record<string, string>>;
  readonly keywords: ReadonlySet<string>;
  readonly blocked: boolean;
  /** Times of the last opt-out, and of the last opt-in that lifts an opt-out. */
  readonly outAt: string;
  readonly liftedAt: string;
  /** Until when a YES answers the last request for START of all. */
  readonly askedUntil: string;
  /** The last opt-out was a keyword that Twilio acted on. */
  readonly outByKeyword: boolean;
  /** The phone opted out, and only the phone may lift that; and when it last did. */
  readonly phoneIsOut: boolean;
  readonly phoneLiftedAt: string;
}

/** The status after an event of each kind, from `none`, `opted_in` and `opted_out`. Other kinds leave the status alone. */
export const TABLE: Readonly<Record<string, readonly [ConsentStatus, ConsentStatus, ConsentStatus]>> = {
  handsetStart: ['opted_in', 'opted_in', 'opted_in'],
  handsetYes: ['opted_in', 'opted_in', 'opted_in'],
  handsetKeyword: ['opted_in', 'opted_in', 'opted_in'],
  explicitWeb: ['opted_in', 'opted_in', 'opted_in'],
  manualOptIn: ['opted_in', 'opted_in', 'opted_in'],
  impliedForm: ['opted_in', 'opted_in', 'opted_out'],
  crmAttested: ['opted_in', 'opted_in', 'opted_out'],
  optOut: ['opted_out', 'opted_out', 'opted_out'],
};
const COLUMNS: readonly ConsentStatus[] = ['none', 'opted_in', 'opted_out'];

export const NO_EVENTS: PromisedState = {
  status: 'none',
  optInRequest: 'not_sent',
  leadOptInRequests: {},
  keywords: new Set(),
  blocked: false,
  outAt: '',
  liftedAt: '',
  askedUntil: '',
  outByKeyword: false,
  phoneIsOut: false,
  phoneLiftedAt: '',
};

const isFromPhone = ({ source }: LedgerEvent) => source === 'handset' || source === 'carrier';

function isLate(before: PromisedState, event: LedgerEvent, table: typeof TABLE): boolean {
  const { kind, occurredAt, source } = event;
  if (kind === 'optOut') {
    if (isFromPhone(event)) return occurredAt < before.phoneLiftedAt;
    // The clock of a form is in doubt: a No from up to 15 minutes before an opt-in wins.
    const margin = source === 'form' ? 15 * 60_000 : 0;
    return Date.parse(occurredAt) + margin < Date.parse(before.liftedAt);
  }
  if (!table[kind]) return false;
  return kind === 'manualOptIn'
    ? before.outAt !== '' && occurredAt <= before.outAt
    : occurredAt < before.outAt;
}

const later = (one: string, other: string) => (one > other ? one : other);

function optInRequestStatuses(at: PromisedState, change: (optInRequest: string) => string) {
  const leads = Object.entries(at.leadOptInRequests).map(([id, optInRequest]) => [id, change(optInRequest)]);
  return {
    optInRequest: change(at.optInRequest),
    leadOptInRequests: Object.fromEntries(leads) as Record<string, string>,
  };
}

/** Applies one event to a state. X3: what happened before the last opposing event changes nothing. */
export function applyEvent(before: PromisedState, event: LedgerEvent, table = TABLE): PromisedState {
  const { kind, occurredAt } = event;
  if (isLate(before, event, table)) return before;
  if (kind === 'optInRequestSent') {
    const optInRequest = before.optInRequest === 'accepted' ? 'accepted' : 'sent';
    const leadOptInRequests = event.leadId
      ? { ...before.leadOptInRequests, [event.leadId]: 'sent' }
      : before.leadOptInRequests;
    const askedUntil = later(before.askedUntil, event.openUntil ?? '');
    return { ...before, optInRequest, leadOptInRequests, askedUntil };
  }
  const status = table[kind]?.[COLUMNS.indexOf(before.status)];
  if (!status) throw new Error(`The promise says nothing of ${kind}`);
  if (kind === 'optOut') {
    const stopped = optInRequestStatuses(before, (optInRequest) =>
      optInRequest === 'not_sent' ? optInRequest : 'rejected',
    );
    const blocked = before.blocked || event.source === 'carrier' || event.carrierActs === true;
    const at = event.source === 'form' ? later(occurredAt, before.liftedAt) : occurredAt;
    const outAt = later(before.outAt, at);
    const outByKeyword = outAt === at ? event.carrierActs === true : before.outByKeyword;
    const phoneIsOut = before.phoneIsOut || isFromPhone(event);
    return { ...before, ...stopped, status, keywords: new Set(), blocked, outAt, outByKeyword, phoneIsOut };
  }
  const blocked = kind === 'handsetStart' || event.carrierActs ? false : before.blocked;
  const isAsked = [before.optInRequest, ...Object.values(before.leadOptInRequests)].includes('sent');
  // A YES that answers no open request is conversation, but for one that follows a keyword on which Twilio blocked the number.
  const isAnswer = isAsked && occurredAt <= before.askedUntil;
  const follows = before.status === 'opted_out' && before.blocked && before.outByKeyword;
  if (kind === 'handsetYes' && !isAnswer && !follows) return { ...before, blocked };
  if (status !== 'opted_in') return before;
  const phoneLifts = kind.startsWith('handset') || event.reOptIn === 'web';
  if (before.status === 'opted_out' && before.phoneIsOut && !phoneLifts) return before;
  const lifts = table[kind]?.[2] === 'opted_in';
  const next = {
    ...before,
    status,
    blocked,
    liftedAt: lifts ? later(before.liftedAt, occurredAt) : before.liftedAt,
    phoneLiftedAt: lifts && phoneLifts ? later(before.phoneLiftedAt, occurredAt) : before.phoneLiftedAt,
    phoneIsOut: false,
  };
  if (kind === 'handsetKeyword') {
    const keywords = new Set([...before.keywords, event.word ?? '']);
    return { ...next, ...resetRejectedRequests(before), keywords };
  }
  if (kind === 'handsetStart' || kind === 'handsetYes') {
    const accepted = optInRequestStatuses(before, (optInRequest) =>
      optInRequest === 'not_sent' ? optInRequest : 'accepted',
    );
    return { ...next, ...accepted, optInRequest: 'accepted' };
  }
  return { ...next, ...resetRejectedRequests(before) };
}

/** Resets rejected opt-in requests: a number that opts in again by another way than START is asked for START again. */
function resetRejectedRequests(before: PromisedState) {
  if (before.status !== 'opted_out') return {};
  return optInRequestStatuses(before, (optInRequest) =>
    optInRequest === 'rejected' ? 'not_sent' : optInRequest,
  );
}

/** Lists a number's state at each version, from 0. */
export function promisedStates(events: readonly LedgerEvent[], table = TABLE): PromisedState[] {
  const all = [NO_EVENTS];
  for (const event of events) all.push(applyEvent(all.at(-1) ?? NO_EVENTS, event, table));
  return all;
}

/** The settings that the promise depends on. */
export interface PromisedSettings {
  readonly requireSmsOptIn: boolean;
  readonly doubleOptIn: 'off' | 'perNumber' | 'perLead';
  readonly requireOptInForOneToOne: boolean;
  readonly a2pVerified: boolean;
}

export interface Text {
  readonly purpose: 'step' | 'agent' | 'optInRequest' | 'confirmation' | 'optOutReply';
  readonly leadId?: string | undefined;
  readonly keyword?: string | undefined;
}

/** Lists every reason against a text. When there is none, the text may leave. */
export function objections(
  text: Text,
  at: PromisedState,
  settings: PromisedSettings,
  isInReview: boolean,
): Set<string> {
  const { purpose, leadId, keyword } = text;
  const found = new Set<string>();
  const isForLead = purpose === 'step' || purpose === 'agent';
  if (purpose === 'optOutReply' && at.status !== 'opted_out') found.add('optedInAgain');
  if (purpose !== 'optOutReply' && at.status === 'opted_out')
    found.add('optedOut').add('optInRequestRejected');
  if (!settings.a2pVerified) found.add('a2pNotVerified');
  if (at.blocked) found.add('carrierBlocked');
  if (isInReview && purpose !== 'agent' && purpose !== 'optOutReply') found.add('awaitingReview');
  if (purpose === 'confirmation' && at.status !== 'opted_in') found.add('noLongerOptedIn');
  if (at.status !== 'opted_in') {
    if (purpose === 'step' && settings.requireSmsOptIn) found.add('waitingForConsent');
    if (purpose === 'agent' && settings.requireOptInForOneToOne) found.add('noOptIn');
  }
  if (keyword && !at.keywords.has(keyword)) found.add('waitingForKeyword');
  if (isForLead && settings.doubleOptIn !== 'off') {
    const isPerLead = settings.doubleOptIn === 'perLead' && leadId !== undefined;
    const optInRequest = isPerLead ? (at.leadOptInRequests[leadId] ?? 'not_sent') : at.optInRequest;
    if (optInRequest !== 'accepted') found.add('waitingForStart');
    // An opt-in request is not the agent's own text: it waits for the agent's decision on the doubtful text.
    if (optInRequest === 'not_sent' && isInReview) found.add('awaitingReview');
  }
  return found;
}
