import * as z from 'zod';
import { leadDetailsSchema } from '../leads/lead.ts';

/**
 * A submission as it was accepted: all that is needed to carry it out, and what it says for ever after.
 * `received`: stored, not carried out to the end yet; `processed`: consent, lead and enrollments are written.
 */
export const submissionSchema = z.object({
  formId: z.string(),
  /** The builder's id, or one made of the fields where the builder has none. */
  submissionId: z.string(),
  /** Distinguishes this submission from every other, in the ledger too. */
  uid: z.string(),
  status: z.enum(['received', 'processed']),
  receivedAt: z.string(),
  /** When the person submitted: what the payload says, never later than `receivedAt`. */
  occurredAt: z.string(),
  number: z.string(),
  details: leadDetailsSchema,
  /** What consents: the ticked checkboxes, or the form's disclaimer, with the words that were shown. */
  consents: z.array(z.object({ checkbox: z.int().optional(), wordsShown: z.string() })),
  automations: z.array(z.string()),
  pageUrl: z.string().optional(),
  ip: z.string().optional(),
  userAgent: z.string().optional(),
  /** Every field as it came, unknown ones included. */
  fields: z.record(z.string(), z.unknown()),
});
export type Submission = z.infer<typeof submissionSchema>;
