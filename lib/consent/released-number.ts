import * as z from 'zod';
import { sha256 } from '../runtime/sha256.ts';
import type { NewConsentEvent } from './consent-event.ts';

/** What says that a number has another holder, or none: all of it is kept as evidence. */
export const releaseSchema = z.strictObject({
  source: z
    .string({ error: 'Say who says so: the Reassigned Numbers Database, a deactivation list, the person.' })
    .trim()
    .min(1, 'Say who says so.')
    .max(200, 'At most 200 characters.'),
  /** When the number was released. A date alone means its first moment in UTC. */
  date: z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: 'Say when the number was released: 2026-03-03, or 2026-03-03T14:05:00Z.',
  }),
});
export type Release = z.infer<typeof releaseSchema>;

/**
 * Builds the event of a number that was disconnected or given to somebody else. It ends the consent of who had the number, unless
 * the number opted in after the date (X3). The same release entered twice is one event.
 *
 * @param line the import and row that it comes from.
 */
export function releasedNumber(
  number: string,
  { source, date }: Release,
  { actor, line }: { readonly actor: string; readonly line?: string },
): NewConsentEvent {
  const occurredAt = new Date(date).toISOString();
  return {
    number,
    kind: 'numberReleased',
    occurredAt,
    sourceId: `released:${sha256(JSON.stringify([occurredAt, source]))}`,
    evidence: { source: 'manual', actor, method: source, ...(line !== undefined && { proof: line }) },
  };
}
