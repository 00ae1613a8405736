import * as z from 'zod';
import { templateSchema } from '../messaging/template.ts';

/** An opt-in keyword as it is stored (T1). Which words may be one is said by lib/messaging/opt-in-keyword.ts. */
export const keywordSchema = z.strictObject({
  /** Upper case, without spaces. */
  word: z.string(),
  description: z.string().max(200).optional(),
  /** Answers the keyword, once; the organization's `optInReply` when absent. */
  confirmation: templateSchema.optional(),
  enabled: z.boolean().default(true),
});
export type Keyword = z.infer<typeof keywordSchema>;
