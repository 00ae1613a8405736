import * as z from 'zod';
import type { ConsentEvent } from './consent-event.ts';
import type { ConsentState } from './state.ts';

/** The opt-in record of one number for one keyword (T2). There is one, and it says how it stands now. */
export const keywordOptInSchema = z.object({
  number: z.string(),
  /** Upper case. */
  word: z.string(),
  active: z.boolean(),
  /** When it became active or inactive. */
  since: z.string(),
  /** The event that made it so. */
  sequence: z.int().positive(),
  /** The text that brought it, as the person sent it. */
  messageSid: z.string(),
  text: z.string(),
});
export type KeywordOptIn = z.infer<typeof keywordOptInSchema>;

/** The keywords whose activity an event changed, as they stand after it. */
export function changedKeywords(
  before: ConsentState,
  after: ConsentState,
): readonly {
  readonly word: string;
  readonly active: boolean;
  readonly since: string;
  readonly sequence: number;
}[] {
  return Object.entries(after.keywords)
    .filter(([word, { sequence }]) => before.keywords[word]?.sequence !== sequence)
    .map(([word, record]) => ({ word, ...record }));
}

/**
 * The opt-in record of a keyword after an event.
 *
 * @param previous the record before it, which keeps the text that brought it when the opt-in ends.
 * @returns undefined where no text ever brought it.
 */
export function keywordOptInAfter(
  previous: KeywordOptIn | undefined,
  change: ReturnType<typeof changedKeywords>[number],
  { number, evidence }: ConsentEvent,
): KeywordOptIn | undefined {
  if (change.active && evidence.source === 'handset') {
    return { number, ...change, messageSid: evidence.messageSid, text: evidence.wordsSent };
  }
  return previous && { ...previous, ...change };
}
