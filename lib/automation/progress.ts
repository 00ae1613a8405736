import type { SingleText } from '../single-texts/single-text.ts';
import { type Automation, addDuration } from './automation.ts';
import type { Enrollment, EnrollmentRef } from './enrollment.ts';
import { currentStep, passStep, stepsOf } from './steps.ts';

/** Enrols a lead in an automation: its first step is due after that step's delay. @param number E.164. */
export function enrollLead(
  ref: EnrollmentRef,
  number: string,
  automation: Automation,
  now: Date,
): Enrollment {
  const enrolledAt = now.toISOString();
  const [first, ...others] = stepsOf(automation);
  const dueAt = addDuration(enrolledAt, first?.delay ?? 'PT0S');
  const { createdAt } = automation;
  return {
    ...ref,
    kind: automation.kind,
    number,
    status: 'due',
    step: 0,
    ...(first && { stepId: first.id }),
    ...(others.length > 0 && { aheadSteps: others.map(({ id }) => id) }),
    ...(createdAt !== undefined && { automationCreatedAt: createdAt }),
    dueAt,
    firstDueAt: dueAt,
    attempts: 0,
    enrolledAt,
    version: 1,
  };
}

/** Moves on after a step was sent or ended with a reason: the next one is due after its delay, or the enrollment is complete. */
export function advanceEnrollment(enrollment: Enrollment, automation: Automation, now: Date): Enrollment {
  const {
    reason: _reason,
    sentence: _sentence,
    heldFor: _heldFor,
    isAskedAgain: _again,
    stepId = String(enrollment.step),
    ...rest
  } = enrollment;
  const passed = currentStep(automation, enrollment)?.id ?? stepId;
  const { next, pointer } = passStep(automation, enrollment, passed);
  const moved = {
    ...rest,
    ...pointer,
    step: enrollment.step + 1,
    attempts: 0,
    version: enrollment.version + 1,
  };
  if (!next) return { ...moved, status: 'completed' };
  const dueAt = addDuration(now.toISOString(), next.delay);
  return { ...moved, status: 'due', dueAt, firstDueAt: dueAt };
}

/** The reason of a change, as a word and as a sentence (X1). */
interface Explanation {
  readonly reason: string;
  readonly sentence: string;
}

/** A step of an enrollment, or a single text: both can be held, deferred and woken. */
type Pending = Enrollment | SingleText;

/**
 * Holds a text until an event or a setting lets it go. It leaves the due index, so that cycles skip it without an error or a
 * retry (H3, X4), and it is never lost (C3).
 *
 * @param waitsUntil end of the wait, ISO 8601 UTC; absent when only an event ends it.
 */
export function holdPending<T extends Pending>(
  pending: T,
  { reason, sentence }: Explanation,
  waitsUntil?: string,
): T {
  const { waitsUntil: _, ...rest } = pending;
  const held = { ...rest, reason, sentence, heldFor: reason, version: pending.version + 1 };
  return { ...held, status: 'waiting', ...(waitsUntil !== undefined && { waitsUntil }) } as T;
}

/** Reasons of texts that wait for a person's answer. */
const AWAITING_ANSWER = new Set(['waitingForStart', 'carrierBlocked', 'awaitingReview']);

/**
 * Computes when a held step becomes too old (C3). Only a step that waits for a person's answer has such an end. Any other waits
 * without one, costs nothing (X4), and has its age checked when consent, a keyword or a setting wakes it.
 *
 * @returns ISO 8601 UTC, or undefined.
 */
export function endOfWaiting(
  reason: string,
  { firstDueAt }: Pick<Enrollment, 'firstDueAt'>,
  { maximumAge }: Pick<Automation, 'maximumAge'>,
): string | undefined {
  return AWAITING_ANSWER.has(reason) ? addDuration(firstDueAt, maximumAge) : undefined;
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

/** Defers a text. @param until when it may leave, ISO 8601 UTC. */
export function deferPending<T extends Pending>(
  pending: T,
  { reason, sentence }: Explanation,
  until: string,
): T {
  return { ...pending, reason, sentence, status: 'due', dueAt: until, version: pending.version + 1 };
}

/** Makes a held text due now, so that the gate decides on it again (H10). */
export function wakePending<T extends Pending>(pending: T, now: Date): T {
  const woken: T = { ...pending, status: 'due', dueAt: now.toISOString(), version: pending.version + 1 };
  delete woken.reason;
  delete woken.sentence;
  delete woken.waitsUntil;
  return woken;
}

/** Gives an enrollment the lead's new number: the gate decides again, on that number's consent (B2, T3). @param number E.164. */
export function renumberEnrollment(enrollment: Enrollment, number: string, now: Date): Enrollment {
  const { heldFor: _, isAskedAgain: _again, ...rest } = enrollment;
  if (enrollment.status === 'waiting') return { ...wakePending(rest, now), number };
  // Takes the later of the two: a cycle does not look back, so `dueAt` must not be earlier than now.
  const [, dueAt = enrollment.dueAt] = [enrollment.dueAt, now.toISOString()].sort();
  return { ...rest, number, dueAt, version: enrollment.version + 1 };
}

/** Stops an enrollment: no further step leaves. */
export function stopEnrollment(enrollment: Enrollment, { reason, sentence }: Explanation): Enrollment {
  return { ...enrollment, reason, sentence, status: 'stopped', version: enrollment.version + 1 };
}

/**
 * Makes a step due again whose text Twilio did not take.
 *
 * @param retryAt ISO 8601 UTC.
 * @returns undefined unless the enrollment is right behind that step: otherwise a text would go out twice (X5).
 */
export function reopenEnrollment(
  enrollment: Enrollment,
  text: Pick<Enrollment, 'step' | 'stepId' | 'firstDueAt' | 'generation'> & { readonly attempt: number },
  retryAt: string,
): Enrollment | undefined {
  if (enrollment.step !== text.step + 1 || enrollment.status === 'stopped') return undefined;
  if (enrollment.generation !== text.generation) return undefined;
  return {
    ...enrollment,
    status: 'due',
    step: text.step,
    ...(text.stepId !== undefined && pointBackAt(enrollment, text.stepId)),
    dueAt: retryAt,
    firstDueAt: text.firstDueAt,
    attempts: text.attempt,
    reason: 'carrierBusy',
    sentence: `deferred: Twilio did not take the text, next try at ${retryAt}`,
    version: enrollment.version + 1,
  };
}

function pointBackAt({ stepId, doneSteps = [], aheadSteps = [] }: Enrollment, to: string) {
  return {
    stepId: to,
    doneSteps: doneSteps.filter((id) => id !== to),
    aheadSteps: stepId === undefined ? aheadSteps : [stepId, ...aheadSteps],
  };
}
