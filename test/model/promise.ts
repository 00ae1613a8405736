/**
 * States what sendgate promises, in a page: how consent follows from what happened (docs/design.md, "The transition table"), and
 * which texts leave. It is written from the documents and not from lib/, so that the two cannot share a mistake.
 */

/** One entry of a ledger, as far as the promise speaks of it. */
export interface Fact {
  readonly kind: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly source: string;
  /** A keyword, upper case. */
  readonly word?: string | undefined;
  /** Twilio acts on the word by itself. */
  readonly carrierActs?: boolean | undefined;
  readonly leadId?: string | undefined;
}

type ConsentStatus = 'none' | 'opted_in' | 'opted_out';

/** Where a number stands after some facts. */
export interface Standpoint {
  readonly status: ConsentStatus;
  readonly optInRequest: string;
  readonly leadOptInRequests: Readonly<Record<string, string>>;
  readonly keywords: ReadonlySet<string>;
  readonly blocked: boolean;
  /** When it last opted out; when it last opted in in a way that lifts an opt-out. */
  readonly outAt: string;
  readonly liftedAt: string;
}

/** What makes of `none`, `opted_in` and `opted_out`. The rest of the kinds leaves the standing alone. */
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

export const NOBODY: Standpoint = {
  status: 'none',
  optInRequest: 'not_sent',
  leadOptInRequests: {},
  keywords: new Set(),
  blocked: false,
  outAt: '',
  liftedAt: '',
};

function isLate(before: Standpoint, { kind, occurredAt }: Fact, table: typeof TABLE): boolean {
  if (kind === 'optOut') return occurredAt < before.liftedAt;
  if (!table[kind]) return false;
  return kind === 'manualOptIn'
    ? before.outAt !== '' && occurredAt <= before.outAt
    : occurredAt < before.outAt;
}

const later = (one: string, other: string) => (one > other ? one : other);

function optInRequestStatuses(at: Standpoint, change: (optInRequest: string) => string) {
  const leads = Object.entries(at.leadOptInRequests).map(([id, optInRequest]) => [id, change(optInRequest)]);
  return {
    optInRequest: change(at.optInRequest),
    leadOptInRequests: Object.fromEntries(leads) as Record<string, string>,
  };
}

/** One fact more. X3: what happened before the last opposing event changes nothing. */
export function after(before: Standpoint, fact: Fact, table = TABLE): Standpoint {
  const { kind, occurredAt } = fact;
  if (isLate(before, fact, table)) return before;
  if (kind === 'optInRequestSent') {
    const optInRequest = before.optInRequest === 'accepted' ? 'accepted' : 'sent';
    const leadOptInRequests = fact.leadId
      ? { ...before.leadOptInRequests, [fact.leadId]: 'sent' }
      : before.leadOptInRequests;
    return { ...before, optInRequest, leadOptInRequests };
  }
  const status = table[kind]?.[COLUMNS.indexOf(before.status)];
  if (!status) throw new Error(`The promise says nothing of ${kind}`);
  if (kind === 'optOut') {
    const stopped = optInRequestStatuses(before, (optInRequest) =>
      optInRequest === 'not_sent' ? optInRequest : 'rejected',
    );
    const blocked = before.blocked || fact.source === 'carrier' || fact.carrierActs === true;
    const outAt = later(before.outAt, occurredAt);
    return { ...before, ...stopped, status, keywords: new Set(), blocked, outAt };
  }
  const blocked = kind === 'handsetStart' || fact.carrierActs ? false : before.blocked;
  const isAsked = [before.optInRequest, ...Object.values(before.leadOptInRequests)].includes('sent');
  // A YES that answers nothing is conversation.
  if (kind === 'handsetYes' && before.status !== 'opted_out' && !isAsked) return { ...before, blocked };
  if (status !== 'opted_in') return before;
  const lifts = table[kind]?.[2] === 'opted_in';
  const next = {
    ...before,
    status,
    blocked,
    liftedAt: lifts ? later(before.liftedAt, occurredAt) : before.liftedAt,
  };
  if (kind === 'handsetKeyword') {
    const keywords = new Set([...before.keywords, fact.word ?? '']);
    return { ...next, ...askedAgain(before), keywords };
  }
  if (kind === 'handsetStart' || kind === 'handsetYes') {
    const accepted = optInRequestStatuses(before, (optInRequest) =>
      optInRequest === 'sent' ? 'accepted' : optInRequest,
    );
    return { ...next, ...accepted, optInRequest: 'accepted' };
  }
  return { ...next, ...askedAgain(before) };
}

/** Who comes back after a STOP by another way than START is asked for START again. */
function askedAgain(before: Standpoint) {
  if (before.status !== 'opted_out') return {};
  return optInRequestStatuses(before, (optInRequest) =>
    optInRequest === 'rejected' ? 'not_sent' : optInRequest,
  );
}

/** Where a number stood at each version, from 0. */
export function standpoints(facts: readonly Fact[], table = TABLE): Standpoint[] {
  const all = [NOBODY];
  for (const fact of facts) all.push(after(all.at(-1) ?? NOBODY, fact, table));
  return all;
}

/** The settings of which the promise speaks. */
export interface Rules {
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

/** Everything that speaks against a text now. Empty: it may leave. */
export function objections(text: Text, at: Standpoint, rules: Rules, isInReview: boolean): Set<string> {
  const { purpose, leadId, keyword } = text;
  const found = new Set<string>();
  const isForLead = purpose === 'step' || purpose === 'agent';
  if (purpose === 'optOutReply' && at.status !== 'opted_out') found.add('optedInAgain');
  if (purpose !== 'optOutReply' && at.status === 'opted_out')
    found.add('optedOut').add('optInRequestRejected');
  if (!rules.a2pVerified) found.add('a2pNotVerified');
  if (at.blocked) found.add('carrierBlocked');
  if (isInReview && purpose !== 'agent' && purpose !== 'optOutReply') found.add('awaitingReview');
  if (purpose === 'confirmation' && at.status !== 'opted_in') found.add('noLongerOptedIn');
  if (at.status !== 'opted_in') {
    if (purpose === 'step' && rules.requireSmsOptIn) found.add('waitingForConsent');
    if (purpose === 'agent' && rules.requireOptInForOneToOne) found.add('noOptIn');
  }
  if (keyword && !at.keywords.has(keyword)) found.add('waitingForKeyword');
  if (isForLead && rules.doubleOptIn !== 'off') {
    const isPerLead = rules.doubleOptIn === 'perLead' && leadId !== undefined;
    const optInRequest = isPerLead ? (at.leadOptInRequests[leadId] ?? 'not_sent') : at.optInRequest;
    if (optInRequest !== 'accepted') found.add('waitingForStart');
    // The request for START is no agent's text: it waits for the decision.
    if (optInRequest === 'not_sent' && isInReview) found.add('awaitingReview');
  }
  return found;
}
