/**
 * What sendgate promises, in a page: how consent follows from what happened (the transition table of DESIGN.md), and which
 * texts it lets through. Written from the documents and not from lib/, so that the two cannot share a mistake.
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

type Standing = 'none' | 'opted_in' | 'opted_out';

/** Where a number stands after some facts. */
export interface Standpoint {
  readonly standing: Standing;
  readonly prompt: string;
  readonly leadPrompts: Readonly<Record<string, string>>;
  readonly keywords: ReadonlySet<string>;
  readonly blocked: boolean;
  /** When it last opted out; when it last opted in in a way that lifts an opt-out. */
  readonly outAt: string;
  readonly liftedAt: string;
}

/** What makes of `none`, `opted_in` and `opted_out`. The rest of the kinds leaves the standing alone. */
export const TABLE: Readonly<Record<string, readonly [Standing, Standing, Standing]>> = {
  handsetStart: ['opted_in', 'opted_in', 'opted_in'],
  handsetYes: ['opted_in', 'opted_in', 'opted_in'],
  handsetKeyword: ['opted_in', 'opted_in', 'opted_in'],
  explicitWeb: ['opted_in', 'opted_in', 'opted_in'],
  manualOptIn: ['opted_in', 'opted_in', 'opted_in'],
  impliedForm: ['opted_in', 'opted_in', 'opted_out'],
  crmAttested: ['opted_in', 'opted_in', 'opted_out'],
  optOut: ['opted_out', 'opted_out', 'opted_out'],
};
const COLUMNS: readonly Standing[] = ['none', 'opted_in', 'opted_out'];

export const NOBODY: Standpoint = {
  standing: 'none',
  prompt: 'not_sent',
  leadPrompts: {},
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

function prompts(at: Standpoint, change: (prompt: string) => string) {
  const leads = Object.entries(at.leadPrompts).map(([id, prompt]) => [id, change(prompt)]);
  return { prompt: change(at.prompt), leadPrompts: Object.fromEntries(leads) as Record<string, string> };
}

/** One fact more. X3: what happened before the last opposing event changes nothing. */
export function after(before: Standpoint, fact: Fact, table = TABLE): Standpoint {
  const { kind, occurredAt } = fact;
  if (isLate(before, fact, table)) return before;
  if (kind === 'promptSent') {
    const prompt = before.prompt === 'accepted' ? 'accepted' : 'sent';
    const leadPrompts = fact.leadId ? { ...before.leadPrompts, [fact.leadId]: 'sent' } : before.leadPrompts;
    return { ...before, prompt, leadPrompts };
  }
  const standing = table[kind]?.[COLUMNS.indexOf(before.standing)];
  if (!standing) throw new Error(`The promise says nothing of ${kind}`);
  if (kind === 'optOut') {
    const stopped = prompts(before, (prompt) => (prompt === 'not_sent' ? prompt : 'rejected'));
    const blocked = before.blocked || fact.source === 'carrier' || fact.carrierActs === true;
    const outAt = later(before.outAt, occurredAt);
    return { ...before, ...stopped, standing, keywords: new Set(), blocked, outAt };
  }
  const blocked = kind === 'handsetStart' || fact.carrierActs ? false : before.blocked;
  const isAsked = [before.prompt, ...Object.values(before.leadPrompts)].includes('sent');
  // A YES that answers nothing is conversation.
  if (kind === 'handsetYes' && before.standing !== 'opted_out' && !isAsked) return { ...before, blocked };
  if (standing !== 'opted_in') return before;
  const lifts = table[kind]?.[2] === 'opted_in';
  const next = {
    ...before,
    standing,
    blocked,
    liftedAt: lifts ? later(before.liftedAt, occurredAt) : before.liftedAt,
  };
  if (kind === 'handsetKeyword') {
    const keywords = new Set([...before.keywords, fact.word ?? '']);
    return { ...next, ...askedAgain(before), keywords };
  }
  if (kind === 'handsetStart' || kind === 'handsetYes') {
    const accepted = prompts(before, (prompt) => (prompt === 'sent' ? 'accepted' : prompt));
    return { ...next, ...accepted, prompt: 'accepted' };
  }
  return { ...next, ...askedAgain(before) };
}

/** Who comes back after a STOP by another way than START is asked for START again. */
function askedAgain(before: Standpoint) {
  if (before.standing !== 'opted_out') return {};
  return prompts(before, (prompt) => (prompt === 'rejected' ? 'not_sent' : prompt));
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
  readonly purpose: 'step' | 'agent' | 'prompt' | 'confirmation' | 'optOutReply';
  readonly leadId?: string | undefined;
  readonly keyword?: string | undefined;
}

/** Everything that speaks against a text now. Empty: it may leave. */
export function objections(text: Text, at: Standpoint, rules: Rules, isInReview: boolean): Set<string> {
  const { purpose, leadId, keyword } = text;
  const found = new Set<string>();
  const isForLead = purpose === 'step' || purpose === 'agent';
  if (purpose === 'optOutReply' && at.standing !== 'opted_out') found.add('optedInAgain');
  if (purpose !== 'optOutReply' && at.standing === 'opted_out') found.add('optedOut').add('promptRejected');
  if (!rules.a2pVerified) found.add('a2pNotVerified');
  if (at.blocked) found.add('carrierBlocked');
  if (isInReview && purpose !== 'agent' && purpose !== 'optOutReply') found.add('awaitingReview');
  if (purpose === 'confirmation' && at.standing !== 'opted_in') found.add('noLongerOptedIn');
  if (at.standing !== 'opted_in') {
    if (purpose === 'step' && rules.requireSmsOptIn) found.add('waitingForConsent');
    if (purpose === 'agent' && rules.requireOptInForOneToOne) found.add('noOptIn');
  }
  if (keyword && !at.keywords.has(keyword)) found.add('waitingForKeyword');
  if (isForLead && rules.doubleOptIn !== 'off') {
    const isPerLead = rules.doubleOptIn === 'perLead' && leadId !== undefined;
    const prompt = isPerLead ? (at.leadPrompts[leadId] ?? 'not_sent') : at.prompt;
    if (prompt !== 'accepted') found.add('waitingForStart');
    // The request for START is no agent's text: it waits for the decision.
    if (prompt === 'not_sent' && isInReview) found.add('awaitingReview');
  }
  return found;
}
