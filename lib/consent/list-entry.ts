import * as z from 'zod';
import { type ConsentEvent, type Evidence, eventKindSchema, evidenceSourceSchema } from './consent-event.ts';

/** Where the evidence of an event came from. */
export type EvidenceSource = Evidence['source'];

/** What the lists of the registry show beside a number's state: its last change. */
export const listEntrySchema = z.object({
  /** When the last change was recorded. News that changed nothing leaves it alone. */
  changedAt: z.string(),
  changedBy: z.object({
    sequence: z.int().positive(),
    kind: eventKindSchema,
    source: evidenceSourceSchema,
    occurredAt: z.string(),
  }),
});
export type ListEntry = z.infer<typeof listEntrySchema>;

/**
 * What a number is listed by after an event.
 *
 * @param before undefined for a number's first event, which is its first change whatever it did.
 */
export function listEntryAfter(before: ListEntry | undefined, event: ConsentEvent): ListEntry {
  if (before && event.effect !== 'changed') return before;
  const { sequence, kind, occurredAt, recordedAt, evidence } = event;
  return { changedAt: recordedAt, changedBy: { sequence, kind, source: evidence.source, occurredAt } };
}
