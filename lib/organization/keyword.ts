import * as z from 'zod';
import { templateSchema } from '../messaging/template.ts';

/** An opt-in keyword as it is stored (T1). lib/messaging/opt-in-keyword.ts says which words are allowed. */
export const keywordSchema = z.strictObject({
  /** As `keywordIn` writes it: upper case, without spaces. */
  word: z.string(),
  description: z.string().max(200).optional(),
  /** Answers the keyword, once; the organization's `optInReply` when absent. */
  confirmation: templateSchema.optional(),
  enabled: z.boolean().default(true),
});
export type Keyword = z.infer<typeof keywordSchema>;

/** The body in which an admin sends a keyword. The word itself is in the URL. */
export const keywordInputSchema = keywordSchema.omit({ word: true }).extend({
  /** Checked by `confirmationFaults` (lib/organization/wording.ts), against the organization's name and footer. */
  confirmation: templateSchema
    .max(320, 'Carriers expect a confirmation of at most 320 characters')
    .optional(),
});
