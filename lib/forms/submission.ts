import * as z from 'zod';
import { leadDetailsSchema } from '../leads/lead.ts';

/** A statement about consent in a submission, with the words that were shown. */
const statementSchema = z.object({
  /** Kind of the consent event. Absent in older submissions: then a checkbox is explicit, and no checkbox is implied. */
  kind: z.enum(['explicitWeb', 'impliedForm', 'crmAttested', 'optOut']).optional(),
  wordsShown: z.string(),
  checkbox: z.int().optional(),
  answer: z.enum(['yes', 'no']).optional(),
  disclaimerVersion: z.string().optional(),
  attestedBy: z.string().optional(),
  consentId: z.string().optional(),
});
export type ConsentStatement = z.infer<typeof statementSchema>;

/** Finds the kind of the consent event that a statement becomes. */
export function eventKindOf({ kind, checkbox }: ConsentStatement): NonNullable<ConsentStatement['kind']> {
  return kind ?? (checkbox === undefined ? 'impliedForm' : 'explicitWeb');
}

/**
 * An accepted submission, with everything that is needed to process it.
 *
 * - `received`: it is stored and not yet processed to the end.
 * - `processed`: consent, lead and enrollments are written.
 */
export const submissionSchema = z.object({
  formId: z.string(),
  /** The builder's id, or a hash of the fields when the builder sends none. */
  submissionId: z.string(),
  /** Unique id of this submission, in the ledger too. */
  uid: z.string(),
  status: z.enum(['received', 'processed']),
  receivedAt: z.string(),
  /** Time at which the person submitted, from the payload; never later than `receivedAt`. */
  occurredAt: z.string(),
  number: z.string(),
  details: leadDetailsSchema,
  /** Statements about consent: ticked checkboxes, the form's disclaimer or the answer to the opt-in question. */
  consents: z.array(statementSchema),
  automations: z.array(z.string()),
  pageUrl: z.string().optional(),
  ip: z.string().optional(),
  userAgent: z.string().optional(),
  /** Every field as it was sent, unknown ones included. */
  fields: z.record(z.string(), z.unknown()),
});
export type Submission = z.infer<typeof submissionSchema>;
