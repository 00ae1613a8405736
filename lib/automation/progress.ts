import type { SingleText } from '../single-texts/single-text.ts';
import { type Automation, addDuration } from './automation.ts';
import type { Enrollment, EnrollmentRef } from './enrollment.ts';

/** A lead enters an automation: its first step is due after that step's delay. */
export function enrollLead(
  ref: EnrollmentRef,
  number: string,
  automation: Automation,
  now: Date,
): Enrollment {
  const enrolledAt = now.toISOString();
  const dueAt = addDuration(enrolledAt, automation.steps[0]?.delay ?? 'PT0S');
  return {
    ...ref,
    kind: automation.kind,
    number,
    status: 'due',
    step: 0,
    dueAt,
    firstDueAt: dueAt,
    attempts: 0,
    enrolledAt,
    version: 1,
  };
}

/** The step was sent or ended with a reason: the next one is due after its delay, or the enrollment is complete. */
export function advanceEnrollment(enrollment: Enrollment, automation: Automation, now: Date): Enrollment {
  const {
    reason: _reason,
    sentence: _sentence,
    heldFor: _heldFor,
    isAskedAgain: _again,
    ...rest
  } = enrollment;
  const step = enrollment.step + 1;
  const next = automation.steps[step];
  const moved = { ...rest, step, attempts: 0, version: enrollment.version + 1 };
  if (!next) return { ...moved, status: 'completed' };
  const dueAt = addDuration(now.toISOString(), next.delay);
  return { ...moved, status: 'due', dueAt, firstDueAt: dueAt };
}

interface Why {
  readonly reason: string;
  readonly sentence: string;
}

/** What can be held, deferred and woken: a step of an enrollment, or a single text. */
type Pending = Enrollment | SingleText;

/**
 * It may not leave yet and nothing but an event will change that: out of the due index (X4).
 *
 * @param waitsUntil when it is too old, if anything looks at its age before an event does.
 */
export function holdPending<T extends Pending>(
  pending: T,
  { reason, sentence }: Why,
  waitsUntil?: string,
): T {
  const { waitsUntil: _, ...rest } = pending;
  const held = { ...rest, reason, sentence, heldFor: reason, version: pending.version + 1 };
  return { ...held, status: 'waiting', ...(waitsUntil !== undefined && { waitsUntil }) } as T;
}

/** What a person was asked, and has not answered. */
const ASKED_OF_PEOPLE = new Set(['waitingForStart', 'carrierBlocked', 'awaitingReview']);

/**
 * When the waiting of a step ends by its age (C3). What nobody was asked for waits without end, costs nothing (X4), and its
 * age is looked at when something wakes it: consent, a keyword, a switch of the organization's.
 *
 * @returns ISO 8601 UTC, or undefined.
 */
export function endOfWaiting(
  reason: string,
  { firstDueAt }: Pick<Enrollment, 'firstDueAt'>,
  { maximumAge }: Pick<Automation, 'maximumAge'>,
): string | undefined {
  return ASKED_OF_PEOPLE.has(reason) ? addDuration(firstDueAt, maximumAge) : undefined;
}

/**
 * The request for START that a held text waits for was not delivered: the text is decided again at `at`, once, and asks then. An
 * answer, or the end of its age, ends the wait before that.
 *
 * @param at ISO 8601 UTC. @returns undefined when that was done before.
 */
export function askAgainPending<T extends Pending>(pending: T, at: string): T | undefined {
  if (pending.isAskedAgain) return undefined;
  const [waitsUntil] = [pending.waitsUntil ?? at, at].sort();
  const sentence = `held: the request for START was not delivered, and is repeated at ${at}`;
  return { ...pending, sentence, waitsUntil, isAskedAgain: true, version: pending.version + 1 };
}

/** It may leave at `until`. */
export function deferPending<T extends Pending>(pending: T, { reason, sentence }: Why, until: string): T {
  return { ...pending, reason, sentence, status: 'due', dueAt: until, version: pending.version + 1 };
}

/** What held it may be gone: due now, to be decided anew. */
export function wakePending<T extends Pending>(pending: T, now: Date): T {
  const woken: T = { ...pending, status: 'due', dueAt: now.toISOString(), version: pending.version + 1 };
  delete woken.reason;
  delete woken.sentence;
  delete woken.waitsUntil;
  return woken;
}

/** The lead has another number: the step is decided anew, on that number's consent (B2, T3). */
export function renumberEnrollment(enrollment: Enrollment, number: string, now: Date): Enrollment {
  const { heldFor: _, isAskedAgain: _again, ...rest } = enrollment;
  if (enrollment.status === 'waiting') return { ...wakePending(rest, now), number };
  // Never earlier than now: a cycle looks forward only.
  const [, dueAt = enrollment.dueAt] = [enrollment.dueAt, now.toISOString()].sort();
  return { ...rest, number, dueAt, version: enrollment.version + 1 };
}

/** No further step leaves. */
export function stopEnrollment(enrollment: Enrollment, { reason, sentence }: Why): Enrollment {
  return { ...enrollment, reason, sentence, status: 'stopped', version: enrollment.version + 1 };
}

/**
 * Twilio did not take the text of the step before: that step is due again at `retryAt`.
 *
 * @returns undefined when the enrollment is not right behind that step any more, so that nothing may be sent again.
 */
export function reopenEnrollment(
  enrollment: Enrollment,
  text: { readonly step: number; readonly attempt: number; readonly firstDueAt: string },
  retryAt: string,
): Enrollment | undefined {
  if (enrollment.step !== text.step + 1 || enrollment.status === 'stopped') return undefined;
  return {
    ...enrollment,
    status: 'due',
    step: text.step,
    dueAt: retryAt,
    firstDueAt: text.firstDueAt,
    attempts: text.attempt,
    reason: 'carrierBusy',
    sentence: `deferred: Twilio did not take the text, next try at ${retryAt}`,
    version: enrollment.version + 1,
  };
}
