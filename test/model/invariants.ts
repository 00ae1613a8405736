import canonicalize from 'canonicalize';
import type { Enrollment } from '../../lib/automation/enrollment.ts';
import type { Message } from '../../lib/messaging/message.ts';
import type { Harness } from './harness.ts';
import type { ExpectedConsent } from './play.ts';
import { NOBODY, objections, type Standpoint, standpoints, type Text } from './promise.ts';
import { Violation, type WorldSnapshot } from './registry-snapshot.ts';
import { keywordOf, messageIdOf, textOf } from './text-invariants.ts';

/** The system writes these by itself: the model owes none of them. */
const SYSTEMS = new Set(['gate', 'carrier']);

/** Judges a history that has come to rest: nothing is lost, nothing twice, and everything that did not leave says truly why. */
export function checkInvariants(rig: Harness, known: ExpectedConsent, all: readonly WorldSnapshot[]): void {
  nothingTwice(rig, all);
  const open = openTexts(all);
  for (const books of all) {
    const points = standpoints(books.facts, rig.table());
    ledgerHolds(books, known, points);
    const judgement = { known, books, points, open };
    for (const message of books.messages)
      if (message.direction === 'outbound') messageIsTrue(judgement, message);
    for (const { enrollments } of books.leads) {
      for (const enrollment of enrollments) enrollmentIsTrue(judgement, enrollment);
    }
    for (const { id, purpose, leadId, status, reason, dueAt } of books.singleTexts) {
      pendingIsTrue(judgement, { id, status, reason, dueAt, text: { purpose, leadId } });
    }
  }
  nothingForgotten(known, all);
}

/** X5: every message left at most once, and what the books say of it is what Twilio says. */
function nothingTwice(rig: Harness, all: readonly WorldSnapshot[]): void {
  const left = rig.world.twilio.messages().filter(({ direction }) => direction === 'outbound-api');
  const byId = new Map<string, string>();
  for (const text of left) {
    const id = messageIdOf(text);
    if (byId.has(id)) throw new Violation(`"${text.body}" left twice, as ${id}`);
    byId.set(id, text.sid);
  }
  for (const message of all.flatMap(({ messages }) => messages)) {
    if (message.direction === 'inbound') continue;
    if (byId.get(message.id) === message.sid) continue;
    throw new Violation(`${message.id} is ${message.status} in the books and not so at Twilio`);
  }
}

/** S7 X2: the ledger holds what happened, each once and in an unbroken chain, and the state is what follows from it. */
function ledgerHolds(
  { number, facts, refs, state, fault }: WorldSnapshot,
  known: ExpectedConsent,
  points: readonly Standpoint[],
): void {
  const where = `of …${number.slice(-4)}`;
  if (fault) throw new Violation(`The chain ${where} does not hold: ${fault}`);
  const sayings = facts.map(({ kind, source }, index) => ({ source, said: `${kind} ${refs[index]}` }));
  const found = sayings.filter(({ source }) => !SYSTEMS.has(source)).map(({ said }) => said);
  const owed = known.owed.filter((one) => one.number === number).map(({ kind, ref }) => `${kind} ${ref}`);
  if (found.toSorted().join() !== owed.toSorted().join()) {
    throw new Violation(`The ledger ${where} holds [${found}], and this happened: [${owed}]`);
  }
  for (const { number: of, kind, ref, occurredAt } of known.owed) {
    if (of !== number || occurredAt === undefined || ref === 'manual') continue;
    const fact = facts[sayings.findIndex(({ said }) => said === `${kind} ${ref}`)];
    if (fact?.occurredAt !== occurredAt) {
      throw new Violation(
        `${kind} ${where} happened at ${occurredAt}, and the ledger says ${fact?.occurredAt}`,
      );
    }
  }
  const now = points.at(-1) ?? NOBODY;
  const active = Object.entries(state.keywords).flatMap(([word, { active }]) => (active ? [word] : []));
  const { status, optInRequest, leadOptInRequests = {}, carrierBlocked } = state;
  const stored = said({
    status,
    optInRequest,
    leadOptInRequests,
    keywords: new Set(active),
    blocked: carrierBlocked,
  });
  const follows = said(now);
  if (stored !== follows)
    throw new Violation(`The state ${where} is ${stored}, and this follows: ${follows}`);
  facts.forEach(({ kind, leadId }, index) => {
    const before = points[index];
    if (kind !== 'optInRequestSent' || !before) return;
    const optInRequest =
      leadId === undefined ? before.optInRequest : (before.leadOptInRequests[leadId] ?? 'not_sent');
    if (optInRequest !== 'not_sent')
      throw new Violation(`START was asked for ${where} though the opt-in request was ${optInRequest}`);
  });
}

/** The facets of consent as text, whatever order they are stored in. */
function said({
  status,
  optInRequest,
  leadOptInRequests,
  keywords,
  blocked,
}: Omit<Standpoint, 'outAt' | 'liftedAt'>): string {
  const words = [...keywords].toSorted();
  return canonicalize({ status, optInRequest, leadOptInRequests, words, blocked }) ?? '';
}

interface Judgement {
  readonly known: ExpectedConsent;
  readonly books: WorldSnapshot;
  readonly points: readonly Standpoint[];
  readonly open: ReadonlySet<string>;
}

/** Messages that may still become one: a step keeps its own when its lead's number changes. */
function openTexts(all: readonly WorldSnapshot[]): Set<string> {
  const enrollments = all.flatMap(({ leads }) => leads.flatMap((lead) => lead.enrollments));
  const steps = enrollments.filter(({ status }) => status === 'due' || status === 'waiting');
  const ids = steps.map(({ leadId, automationId, step }) => `${leadId}.${automationId}.${step}`);
  return new Set([...ids, ...all.flatMap(({ singleTexts }) => singleTexts.map(({ id }) => id))]);
}

const SETTLED = new Set(['accepted', 'queued', 'sending', 'sent', 'delivered', 'undelivered']);

/** S8 X1: a text left, or says why not, and the reason was true when it was given. */
function messageIsTrue({ known, books, points, open }: Judgement, message: Message): void {
  const { id, status, reason, sid, updatedAt } = message;
  if (sid !== undefined && SETTLED.has(status)) return;
  if (status === 'retrying' && open.has(id)) return;
  if (status === 'rejected' && reason === 'carrierRejected') return;
  if (status === 'failed' && reason === 'neverReachedCarrier') return;
  if ((status === 'refused' || status === 'dropped') && reason !== undefined) {
    if (OTHERWISE_TRUE.has(reason)) return;
    if (reasonsAt(known, books, points, textOf(message), updatedAt).has(reason)) return;
  }
  throw new Violation(`${id} ended as ${status} with the reason ${reason}, which was not so`);
}

/** Reasons that do not follow from consent and settings. */
const OTHERWISE_TRUE = new Set(['tooOld', 'optInRequestAnswered']);

/** Every reason against a text that may have been true at a moment, whose order within it is not known. */
function reasonsAt(
  known: ExpectedConsent,
  { number, facts }: WorldSnapshot,
  points: readonly Standpoint[],
  text: Text,
  at: string,
) {
  const reasons = new Set<string>();
  const rules = known.rulesLog.filter((one, index, log) => one.at <= at && (log[index + 1]?.at ?? at) >= at);
  points.forEach((point, version) => {
    const since = facts[version - 1]?.recordedAt ?? '';
    const until = facts[version]?.recordedAt ?? at;
    if (since > at || until < at) return;
    for (const one of rules) {
      for (const reason of objections(text, point, one.rules, known.everInReview.has(number)))
        reasons.add(reason);
    }
  });
  return reasons;
}

interface Pending {
  readonly id: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly dueAt: string;
  readonly text: Text;
}

/** H10 C3 X5: what has not left is due later, or waits for something that is so now. */
function pendingIsTrue(
  { known, books, points }: Judgement,
  { id, status, reason, dueAt, text }: Pending,
): void {
  if (status === 'due') {
    if (dueAt > new Date().toISOString()) return;
    throw new Violation(`${id} has been due since ${dueAt} and nobody takes it`);
  }
  const against = objections(text, points.at(-1) ?? NOBODY, known.rules, known.inReview.has(books.number));
  const isDropped = reason === 'waitingForStart' && against.has('optedOut');
  if (reason === undefined || !against.has(reason) || isDropped) {
    throw new Violation(`${id} waits with the reason ${reason}, and against it speaks now: ${[...against]}`);
  }
}

function enrollmentIsTrue(judgement: Judgement, enrollment: Enrollment): void {
  const { known, books } = judgement;
  const { leadId, automationId, status, reason, dueAt, number } = enrollment;
  const id = `${leadId}.${automationId}`;
  if (number !== books.number) throw new Violation(`${id} did not follow its lead's number`);
  if (status === 'stopped') {
    if (reason === 'replied' && known.everReplied.size > 0) return;
    throw new Violation(`${id} was stopped with the reason ${reason}`);
  }
  if (status === 'due' || status === 'waiting') {
    const text = { purpose: 'step' as const, leadId, keyword: keywordOf(automationId) };
    pendingIsTrue(judgement, { id, status, reason, dueAt, text });
  }
}

/** X5: every submission's lead is in its automations, each step that is past has its message, each agent's text too. */
function nothingForgotten(known: ExpectedConsent, all: readonly WorldSnapshot[]): void {
  const messages = new Set(all.flatMap((books) => books.messages).map(({ id }) => id));
  const leads = all.flatMap(({ number, leads }) =>
    leads.map((lead) => ({ ...lead, numbers: new Set([number, ...(known.former.get(lead.id) ?? [])]) })),
  );
  for (const { number, automations } of known.enrolled) {
    for (const automationId of automations) {
      const isIn = leads.some(
        ({ numbers, enrollments }) =>
          numbers.has(number) && enrollments.some((enrollment) => enrollment.automationId === automationId),
      );
      if (!isIn) throw new Violation(`No lead of …${number.slice(-4)} is in ${automationId}`);
    }
  }
  for (const { leadId, automationId, step } of leads.flatMap(({ enrollments }) => enrollments)) {
    for (let past = 0; past < step; past++) {
      const id = `${leadId}.${automationId}.${past}`;
      if (!messages.has(id)) throw new Violation(`${id} is past and in no book`);
    }
  }
  for (const [words, number] of known.agentTexts) {
    const books = all.find((one) => one.number === number);
    const left = books?.messages.filter(({ body }) => body.startsWith(words)) ?? [];
    if (left.length > 1) throw new Violation(`"${words}" became ${left.length} messages`);
    const isWaiting = books?.singleTexts.some(({ body }) => body === words);
    const ids = books?.messages.filter(({ purpose }) => purpose === 'agent') ?? [];
    if (left.length === 0 && !isWaiting && !ids.some(({ body }) => body === '')) {
      throw new Violation(`"${words}" was taken and is in no book`);
    }
  }
}
