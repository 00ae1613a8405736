import * as z from 'zod';
import { leadDetailsSchema } from '../leads/lead.ts';

/** One thing that a submission says about consent, with the words that were shown. */
const statementSchema = z.object({
  /** Absent in older submissions: a checkbox is explicit, no checkbox is implied. */
  kind: z.enum(['explicitWeb', 'impliedForm', 'crmAttested', 'optOut']).optional(),
  wordsShown: z.string(),
  checkbox: z.int().optional(),
  answer: z.enum(['yes', 'no']).optional(),
  disclaimerVersion: z.string().optional(),
  attestedBy: z.string().optional(),
  consentId: z.string().optional(),
});
export type ConsentStatement = z.infer<typeof statementSchema>;

/** What of a statement becomes an event. */
export function eventKindOf({ kind, checkbox }: ConsentStatement): NonNullable<ConsentStatement['kind']> {
  return kind ?? (checkbox === undefined ? 'impliedForm' : 'explicitWeb');
}

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
  /** What was said about consent: ticked checkboxes, the form's disclaimer or the answer to the opt-in question. */
  consents: z.array(statementSchema),
  automations: z.array(z.string()),
  pageUrl: z.string().optional(),
  ip: z.string().optional(),
  userAgent: z.string().optional(),
  /** Every field as it came, unknown ones included. */
  fields: z.record(z.string(), z.unknown()),
});
export type Submission = z.infer<typeof submissionSchema>;
