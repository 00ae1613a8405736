import * as z from 'zod';
import type { ConsentEvent } from './consent-event.ts';
import type { ConsentState } from './state.ts';

/** The opt-in record of one number for one keyword (T2). A number has one record for each keyword, with its latest state. */
export const keywordOptInSchema = z.object({
  number: z.string(),
  /** Upper case. */
  word: z.string(),
  active: z.boolean(),
  /** Moment when it became active or inactive, ISO 8601 UTC. */
  since: z.string(),
  /** Sequence of the event that made it active or inactive. */
  sequence: z.int().positive(),
  /** SID and words of the person's text that made it active. */
  messageSid: z.string(),
  text: z.string(),
});
export type KeywordOptIn = z.infer<typeof keywordOptInSchema>;

/** Returns the keywords that an event made active or inactive, as they are after it. */
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
 * Derives the opt-in record of a keyword after an event.
 *
 * @param previous the record before the event. When the opt-in ends, its text is kept.
 * @returns undefined when no text ever made the keyword active.
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
