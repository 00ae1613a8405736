import canonicalize from 'canonicalize';
import type { Enrollment } from '../../lib/automation/enrollment.ts';
import type { Message } from '../../lib/messaging/message.ts';
import type { Harness } from './harness.ts';
import type { Expectations } from './play.ts';
import { NO_EVENTS, objections, type PromisedState, promisedStates, type Text } from './promise.ts';
import { AGAIN, Violation, type WorldSnapshot } from './registry-snapshot.ts';
import { keywordOf, messageIdOf, textOf } from './text-invariants.ts';

/** Sources whose events sendgate writes by itself: the model expects none of them. */
const SYSTEM_SOURCES = new Set(['gate', 'carrier']);

/** Checks a finished history: nothing is lost, nothing happened twice, and every text that did not leave has a true reason. */
export function checkInvariants(
  harness: Harness,
  expected: Expectations,
  snapshots: readonly WorldSnapshot[],
): void {
  checkNothingTwice(harness, snapshots);
  const openIds = openMessageIds(snapshots);
  for (const snapshot of snapshots) {
    const states = promisedStates(snapshot.events, harness.transitionTable());
    checkLedger(snapshot, expected, states);
    const context = { expected, snapshot, states, openIds };
    for (const message of snapshot.messages)
      if (message.direction === 'outbound') checkMessage(context, message);
    for (const { enrollments } of snapshot.leads) {
      for (const enrollment of enrollments) checkEnrollment(context, enrollment);
    }
    for (const { id, purpose, leadId, status, reason, dueAt } of snapshot.singleTexts) {
      checkPending(context, { id, status, reason, dueAt, text: { purpose, leadId } });
    }
  }
  checkNothingForgotten(expected, snapshots);
}

/** X5: every message left at most once, and its stored outcome is the one that Twilio has. */
function checkNothingTwice(harness: Harness, snapshots: readonly WorldSnapshot[]): void {
  const left = harness.world.twilio.messages().filter(({ direction }) => direction === 'outbound-api');
  const byId = new Map<string, string>();
  for (const text of left) {
    const id = messageIdOf(text);
    if (byId.has(id)) throw new Violation(`"${text.body}" left twice, as ${id}`);
    byId.set(id, text.sid);
  }
  for (const message of snapshots.flatMap(({ messages }) => messages)) {
    if (message.direction === 'inbound') continue;
    if (byId.get(message.id) === message.sid) continue;
    throw new Violation(`${message.id} is ${message.status} in our table and not so at Twilio`);
  }
}

/** S7 X2: the ledger holds what happened, each once and in an unbroken chain, and the state is what follows from it. */
function checkLedger(
  { number, events, refs, state, fault }: WorldSnapshot,
  expected: Expectations,
  states: readonly PromisedState[],
): void {
  const where = `of …${number.slice(-4)}`;
  if (fault) throw new Violation(`The chain ${where} does not hold: ${fault}`);
  const labelled = events.map(({ kind, source }, index) => ({ source, label: `${kind} ${refs[index]}` }));
  const found = labelled
    .filter(({ source, label }) => !SYSTEM_SOURCES.has(source) && !label.endsWith(AGAIN))
    .map(({ label }) => label);
  const happened = expected.events
    .filter((one) => one.number === number)
    .map(({ kind, ref }) => `${kind} ${ref}`);
  if (found.toSorted().join() !== happened.toSorted().join()) {
    throw new Violation(`The ledger ${where} holds [${found}], and this happened: [${happened}]`);
  }
  for (const { number: of, kind, ref, occurredAt } of expected.events) {
    if (of !== number || occurredAt === undefined || ref === 'manual') continue;
    const event = events[labelled.findIndex(({ label }) => label === `${kind} ${ref}`)];
    if (event?.occurredAt !== occurredAt) {
      throw new Violation(
        `${kind} ${where} happened at ${occurredAt}, and the ledger says ${event?.occurredAt}`,
      );
    }
  }
  const latest = states.at(-1) ?? NO_EVENTS;
  const active = Object.entries(state.keywords).flatMap(([word, { active }]) => (active ? [word] : []));
  const { status, optInRequest, leadOptInRequests = {}, carrierBlocked } = state;
  const stored = describeState({
    status,
    optInRequest,
    leadOptInRequests,
    keywords: new Set(active),
    blocked: carrierBlocked,
  });
  const follows = describeState(latest);
  if (stored !== follows)
    throw new Violation(`The state ${where} is ${stored}, and this follows: ${follows}`);
  events.forEach(({ kind, leadId, occurredAt }, index) => {
    const before = states[index];
    if (kind !== 'optInRequestSent' || !before) return;
    const optInRequest =
      leadId === undefined ? before.optInRequest : (before.leadOptInRequests[leadId] ?? 'not_sent');
    const hasEnded = optInRequest === 'sent' && before.askedUntil < occurredAt;
    if (optInRequest !== 'not_sent' && !hasEnded)
      throw new Violation(`START was asked for ${where} though the opt-in request was ${optInRequest}`);
  });
}

/** Writes the facets of consent as text that does not depend on the order in which they are stored. */
function describeState({
  status,
  optInRequest,
  leadOptInRequests,
  keywords,
  blocked,
}: Pick<PromisedState, 'status' | 'optInRequest' | 'leadOptInRequests' | 'keywords' | 'blocked'>): string {
  const words = [...keywords].toSorted();
  return canonicalize({ status, optInRequest, leadOptInRequests, words, blocked }) ?? '';
}

interface CheckContext {
  readonly expected: Expectations;
  readonly snapshot: WorldSnapshot;
  readonly states: readonly PromisedState[];
  readonly openIds: ReadonlySet<string>;
}

/** Ids of the steps and single texts that may still be sent. A step keeps its id when its lead's number changes. */
function openMessageIds(snapshots: readonly WorldSnapshot[]): Set<string> {
  const enrollments = snapshots.flatMap(({ leads }) => leads.flatMap((lead) => lead.enrollments));
  const steps = enrollments.filter(({ status }) => status === 'due' || status === 'waiting');
  const ids = steps.map(({ leadId, automationId, step }) => `${leadId}.${automationId}.${step}`);
  return new Set([...ids, ...snapshots.flatMap(({ singleTexts }) => singleTexts.map(({ id }) => id))]);
}

const SENT_STATUSES = new Set(['accepted', 'queued', 'sending', 'sent', 'delivered', 'undelivered']);

/** S8 X1: a text left, or it has a reason that was true when it was written. */
function checkMessage({ expected, snapshot, states, openIds }: CheckContext, message: Message): void {
  const { id, status, reason, sid, updatedAt } = message;
  if (sid !== undefined && SENT_STATUSES.has(status)) return;
  if (status === 'retrying' && openIds.has(id)) return;
  if (status === 'rejected' && reason === 'carrierRejected') return;
  if (status === 'failed' && reason === 'neverReachedCarrier') return;
  if ((status === 'refused' || status === 'dropped') && reason !== undefined) {
    if (INDEPENDENT_REASONS.has(reason)) return;
    if (reasonsAt(expected, snapshot, states, textOf(message), updatedAt).has(reason)) return;
  }
  throw new Violation(`${id} ended as ${status} with the reason ${reason}, which was not so`);
}

/** Reasons that do not follow from consent and settings. */
const INDEPENDENT_REASONS = new Set(['tooOld', 'optInRequestAnswered']);

/** Collects every reason against a text that was true at a given time. Where several changes have that time, any order counts. */
function reasonsAt(
  expected: Expectations,
  { number, events }: WorldSnapshot,
  states: readonly PromisedState[],
  text: Text,
  at: string,
) {
  const reasons = new Set<string>();
  const settings = expected.settingsLog.filter(
    (one, index, log) => one.at <= at && (log[index + 1]?.at ?? at) >= at,
  );
  states.forEach((state, version) => {
    const since = events[version - 1]?.recordedAt ?? '';
    const until = events[version]?.recordedAt ?? at;
    if (since > at || until < at) return;
    for (const { settings: current } of settings) {
      for (const reason of objections(text, state, current, expected.everInReview.has(number)))
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

/** H10 C3 X5: a text that has not left is due later, or waits for something that is still missing. */
function checkPending(
  { expected, snapshot, states }: CheckContext,
  { id, status, reason, dueAt, text }: Pending,
): void {
  if (status === 'due') {
    if (dueAt > new Date().toISOString()) return;
    throw new Violation(`${id} has been due since ${dueAt} and was not taken`);
  }
  const against = objections(
    text,
    states.at(-1) ?? NO_EVENTS,
    expected.settings,
    expected.inReview.has(snapshot.number),
  );
  const isDropped = reason === 'waitingForStart' && against.has('optedOut');
  if (reason === undefined || !against.has(reason) || isDropped) {
    throw new Violation(`${id} waits with the reason ${reason}, and against it speaks now: ${[...against]}`);
  }
}

function checkEnrollment(context: CheckContext, enrollment: Enrollment): void {
  const { expected, snapshot } = context;
  const { leadId, automationId, status, reason, dueAt, number } = enrollment;
  const id = `${leadId}.${automationId}`;
  if (number !== snapshot.number) throw new Violation(`${id} did not follow its lead's number`);
  if (status === 'stopped') {
    if (reason === 'replied' && expected.everReplied.size > 0) return;
    throw new Violation(`${id} was stopped with the reason ${reason}`);
  }
  if (status === 'due' || status === 'waiting') {
    const text = { purpose: 'step' as const, leadId, keyword: keywordOf(automationId) };
    checkPending(context, { id, status, reason, dueAt, text });
  }
}

/** X5: every submission's lead is in its automations, and each past step and each agent's text has its message. */
function checkNothingForgotten(expected: Expectations, snapshots: readonly WorldSnapshot[]): void {
  const messages = new Set(snapshots.flatMap((snapshot) => snapshot.messages).map(({ id }) => id));
  const leads = snapshots.flatMap(({ number, leads }) =>
    leads.map((lead) => ({
      ...lead,
      numbers: new Set([number, ...(expected.formerNumbers.get(lead.id) ?? [])]),
    })),
  );
  for (const { number, automations } of expected.enrolled) {
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
      if (!messages.has(id)) throw new Violation(`${id} is past and in no table`);
    }
  }
  for (const [words, number] of expected.agentTexts) {
    const snapshot = snapshots.find((one) => one.number === number);
    const left = snapshot?.messages.filter(({ body }) => body.startsWith(words)) ?? [];
    if (left.length > 1) throw new Violation(`"${words}" became ${left.length} messages`);
    const isWaiting = snapshot?.singleTexts.some(({ body }) => body === words);
    const ids = snapshot?.messages.filter(({ purpose }) => purpose === 'agent') ?? [];
    if (left.length === 0 && !isWaiting && !ids.some(({ body }) => body === '')) {
      throw new Violation(`"${words}" was taken and is in no table`);
    }
  }
}
