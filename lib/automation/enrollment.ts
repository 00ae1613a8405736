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
  /** How many steps the lead has had: the index of the next one, unless steps were inserted, removed or put in another order. */
  step: z.int().nonnegative(),
  /** Id of the next step; absent after the last one. */
  stepId: z.string().optional(),
  /** Ids of the steps that the lead has had. */
  doneSteps: z.array(z.string()).optional(),
  /** Ids of the steps that were to follow the next one when the lead came to it. */
  aheadSteps: z.array(z.string()).optional(),
  /** When the automation was created that the lead is in. */
  automationCreatedAt: z.string().optional(),
  /** State of the next step. */
  ...pendingShape,
  enrolledAt: z.string(),
  /** How often the lead entered the automation; absent for the first time. */
  generation: z.int().min(2).optional(),
  /** The submission that enrolled the lead. */
  enrolledBy: z.string().optional(),
});
export type Enrollment = z.infer<typeof enrollmentSchema>;

export function generationOf({ generation = 1 }: Pick<Enrollment, 'generation'>): number {
  return generation;
}

/**
 * Builds the id of the text that a step becomes. A retried step has the same id, so it is never sent twice (X5).
 *
 * @param step id of the step. @param generation of the enrollment; the ids of the first one do not name it.
 */
export function messageIdOf(
  leadId: string,
  automationId: string,
  step: string | number,
  generation = 1,
): string {
  const id = `${leadId}.${automationId}.${step}`;
  return generation === 1 ? id : `${id}.${generation}`;
}

/** The ids that identify an enrollment. */
export interface EnrollmentRef {
  readonly leadId: string;
  readonly automationId: string;
}
