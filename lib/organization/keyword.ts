import * as z from 'zod';
import { templateSchema } from '../messaging/template.ts';

/** An opt-in keyword as it is stored (T1). Which words may be one is said by lib/messaging/opt-in-keyword.ts. */
export const keywordSchema = z.strictObject({
  /** As `keywordIn` writes it: upper case, without spaces. */
  word: z.string(),
  description: z.string().max(200).optional(),
  /** Answers the keyword, once; the organization's `optInReply` when absent. */
  confirmation: templateSchema.optional(),
  enabled: z.boolean().default(true),
});
export type Keyword = z.infer<typeof keywordSchema>;

/** What an admin may send of a keyword, whose word stands in the URL. */
export const keywordInputSchema = keywordSchema.omit({ word: true }).extend({
  /** What it must say depends on the organization's name and footer: `confirmationFaults` (lib/organization/wording.ts). */
  confirmation: templateSchema
    .max(320, 'Carriers expect a confirmation of at most 320 characters')
    .optional(),
});
