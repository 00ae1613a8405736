import * as z from 'zod';
import { type Message, STATUS_RANK } from '../messaging/message.ts';
import { LOST, retryLost } from '../runtime/change-versioned.ts';
import { type Automation, addDuration } from './automation.ts';
import { type Enrollment, type EnrollmentRef, generationOf, messageIdOf } from './enrollment.ts';
import type { EnrollmentStore } from './enrollment-store.ts';
import { enrollLead } from './progress.ts';

/**
 * What a submission did to a lead's enrollment.
 *
 * - `enrolled`: the lead entered the automation.
 * - `enrolledAgain`: the lead had been in it before, and begins at the first step again.
 * - `alreadyUnderway`: the lead is in it, and goes on at its step.
 */
export const enrolments = ['enrolled', 'enrolledAgain', 'alreadyUnderway'] as const;
export type Enrolment = (typeof enrolments)[number];
export const enrolmentSchema = z.enum(enrolments);

/** A submission that enrols: its id, and when it was received (ISO 8601 UTC). */
export interface Enrolling {
  readonly id: string;
  readonly receivedAt: string;
}

/**
 * Enrols a lead because of a submission, once for each submission (X5). A lead whose enrollment has ended, or whose next text has
 * waited longer than the automation allows, is enrolled again (H10): its texts belong to a new generation, with ids of their own.
 */
export async function enrolBySubmission(
  { add, get, replace, beginAgain }: Pick<EnrollmentStore, 'add' | 'get' | 'replace' | 'beginAgain'>,
  lead: EnrollmentRef & { readonly number: string },
  automation: Automation,
  submission: Enrolling,
  now: Date,
): Promise<Enrolment> {
  const { leadId, automationId, number } = lead;
  const first = {
    ...enrollLead({ leadId, automationId }, number, automation, now),
    enrolledBy: submission.id,
  };
  return retryLost('An enrollment', async () => {
    if (await add(first)) return 'enrolled';
    const known = await get({ leadId, automationId });
    if (!known) return LOST;
    if (known.enrolledBy === submission.id) return generationOf(known) > 1 ? 'enrolledAgain' : 'enrolled';
    // An older submission that a crash left open must not begin what a newer one has begun.
    if (submission.receivedAt <= known.enrolledAt || !mayBeginAgain(known, automation, now)) {
      return 'alreadyUnderway';
    }
    const again = { ...first, generation: generationOf(known) + 1, version: known.version + 1 };
    const isWritten = isPending(known)
      ? await beginAgain(again, droppedText(known, now))
      : await replace(again);
    return isWritten ? 'enrolledAgain' : LOST;
  });
}

function mayBeginAgain(enrollment: Enrollment, { maximumAge, createdAt }: Automation, now: Date): boolean {
  const { firstDueAt, automationCreatedAt } = enrollment;
  if (!isPending(enrollment) || automationCreatedAt !== createdAt) return true;
  return addDuration(firstDueAt, maximumAge) <= now.toISOString();
}

function isPending({ status }: Pick<Enrollment, 'status'>): boolean {
  return status === 'due' || status === 'waiting';
}

/** Explains the text that had waited too long, as the gate would (X5). */
function droppedText(enrollment: Enrollment, now: Date): Message {
  const { leadId, automationId, number, step, stepId = String(step), firstDueAt, generation } = enrollment;
  const at = now.toISOString();
  return {
    id: messageIdOf(leadId, automationId, stepId, generation),
    direction: 'outbound',
    body: '',
    status: 'dropped',
    statusRank: STATUS_RANK.dropped,
    ...{ number, leadId, automationId, step, stepId },
    ...(generation !== undefined && { generation }),
    createdAt: at,
    updatedAt: at,
    reason: 'tooOld',
    sentence: `dropped: was due at ${firstDueAt}, waited too long, and the lead has entered the automation again`,
  };
}
