import * as z from 'zod';
import { automationKindSchema } from './automation.ts';

/**
 * - `due`: the next step leaves at `dueAt`.
 * - `waiting`: held until consent, a setting or the carrier allows it; costs a cycle nothing (X4).
 * - `completed`: every step was sent or ended with a reason.
 * - `stopped`: the lead replied, or the automation was removed.
 */
export const enrollmentStatuses = ['due', 'waiting', 'completed', 'stopped'] as const;

/** A lead in an automation: the next step and when it is due. */
export const enrollmentSchema = z.object({
  leadId: z.string(),
  automationId: z.string(),
  kind: automationKindSchema,
  number: z.string(),
  status: z.enum(enrollmentStatuses),
  /** Index of the next step, from 0. */
  step: z.int().nonnegative(),
  /** When the next step is due, or was when it was held. */
  dueAt: z.string(),
  /** When the step became due for the first time; its age counts from here. */
  firstDueAt: z.string(),
  /** How often this step was handed to Twilio and not taken. */
  attempts: z.int().nonnegative(),
  /** Why it waits, stands deferred or was stopped. */
  reason: z.string().optional(),
  /** One sentence for whoever asks why (X1). */
  sentence: z.string().optional(),
  /** What the step waited for when it last waited. */
  heldFor: z.string().optional(),
  /** While it waits for a person's answer: when it is too old and must be decided anew. */
  waitsUntil: z.string().optional(),
  enrolledAt: z.string(),
  /** Changes with every write; what a worker decided on must still be there when it writes. */
  version: z.int().positive(),
});
export type Enrollment = z.infer<typeof enrollmentSchema>;

/** Id of the text that a step of an enrollment becomes. The same step is the same text, whoever retries it. */
export function messageIdOf(leadId: string, automationId: string, step: number): string {
  return `${leadId}.${automationId}.${step}`;
}

export interface EnrollmentRef {
  readonly leadId: string;
  readonly automationId: string;
}
