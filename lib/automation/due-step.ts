import * as z from 'zod';

/** What the cycle tells the gate: this step of this enrollment is due. Parsed by the same schema at both ends. */
export const dueStepSchema = z.object({
  leadId: z.string(),
  automationId: z.string(),
  step: z.int().nonnegative(),
  /** E.164, as of the enqueuing; the gate takes the enrollment's own. */
  number: z.string(),
});
export type DueStep = z.infer<typeof dueStepSchema>;
