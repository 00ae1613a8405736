import * as z from 'zod';
import { pendingShape } from '../tables/pending.ts';
import { automationKindSchema } from './automation.ts';

/**
 * The statuses of an enrollment.
 *
 * - `due`: the next step leaves at `dueAt`.
 * - `waiting`: the next step is held until consent, a setting or the carrier allows it; it costs a cycle nothing (X4).
 * - `completed`: every step was sent or ended with a reason.
 * - `stopped`: the lead replied, or the automation was removed.
 */
export const enrollmentStatuses = ['due', 'waiting', 'completed', 'stopped'] as const;

/** A lead in an automation, with the next step and when it is due. */
export const enrollmentSchema = z.object({
  leadId: z.string(),
  automationId: z.string(),
  kind: automationKindSchema,
  number: z.string(),
  status: z.enum(enrollmentStatuses),
  /** Index of the next step, from 0. */
  step: z.int().nonnegative(),
  /** State of the next step. */
  ...pendingShape,
  enrolledAt: z.string(),
});
export type Enrollment = z.infer<typeof enrollmentSchema>;

/** Builds the id of the text that a step becomes. A retried step has the same id, so it is never sent twice (X5). */
export function messageIdOf(leadId: string, automationId: string, step: number): string {
  return `${leadId}.${automationId}.${step}`;
}

/** The ids that identify an enrollment. */
export interface EnrollmentRef {
  readonly leadId: string;
  readonly automationId: string;
}
