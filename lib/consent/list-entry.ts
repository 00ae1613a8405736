import * as z from 'zod';
import { type ConsentEvent, type Evidence, eventKindSchema, evidenceSourceSchema } from './consent-event.ts';

/** The source of an event's evidence. */
export type EvidenceSource = Evidence['source'];

/** The last change of a number's state, which the registry's lists show beside the state. */
export const listEntrySchema = z.object({
  /** Moment when the last change was recorded, ISO 8601 UTC. An event without effect does not move it. */
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
 * Derives a number's list entry after an event.
 *
 * @param before undefined for a number's first event, which counts as a change even when it has no effect.
 */
export function listEntryAfter(before: ListEntry | undefined, event: ConsentEvent): ListEntry {
  if (before && event.effect !== 'changed') return before;
  const { sequence, kind, occurredAt, recordedAt, evidence } = event;
  return { changedAt: recordedAt, changedBy: { sequence, kind, source: evidence.source, occurredAt } };
}
