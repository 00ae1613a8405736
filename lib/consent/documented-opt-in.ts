import * as z from 'zod';
import { sha256 } from '../runtime/sha256.ts';
import type { NewConsentEvent } from './consent-event.ts';

const demanded = (what: string, maximum: number) =>
  z
    .string({ error: `Say ${what}.` })
    .trim()
    .min(1, `Say ${what}.`)
    .max(maximum, `At most ${maximum} characters.`);

/** The documentation of an opt-in that was given elsewhere (S6). Every field is demanded and kept as evidence. */
export const documentationSchema = z.strictObject({
  method: demanded('how the person agreed: by phone, on paper, in person', 200),
  /** A date alone means its first moment in UTC. */
  date: z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: 'Say when the person agreed: 2026-03-03, or 2026-03-03T14:05:00Z.',
  }),
  proof: demanded('where the proof lies: a recording, a signed paper, a ticket', 500),
  wording: demanded('the exact words that the person agreed to', 2000),
});
export type Documentation = z.infer<typeof documentationSchema>;

/** Returns the sentence that refuses a documentation's date, or undefined when the date is not in the future. */
export function faultOfDate({ date }: Documentation, now: Date): string | undefined {
  return Date.parse(date) > now.getTime() ? 'The date lies in the future. Nobody has agreed yet.' : undefined;
}

/** The person who enters an opt-in and, for an import, the line that holds it. */
export interface EnteredBy {
  readonly actor: string;
  /** The organization's setting: whether what is entered may lift an opt-out that came from the phone. */
  readonly reOptIn: 'handset' | 'web';
  readonly line?: { readonly importId: string; readonly row: number };
}

/**
 * Describes an opt-in that was given elsewhere as a new event (S6). The same documentation entered twice is one event.
 *
 * @param number E.164.
 */
export function documentedOptIn(
  number: string,
  { method, date, proof, wording }: Documentation,
  { actor, line, reOptIn }: EnteredBy,
): NewConsentEvent {
  const occurredAt = new Date(date).toISOString();
  const documentation = { actor, method, proof, wordsShown: wording, ...(reOptIn === 'web' && { reOptIn }) };
  return {
    number,
    kind: 'manualOptIn',
    occurredAt,
    sourceId: `documented:${sha256(JSON.stringify([occurredAt, method, proof, wording]))}`,
    evidence: line ? { source: 'import', ...line, ...documentation } : { source: 'manual', ...documentation },
  };
}

/**
 * Describes an opt-out that an admin or agent enters for a person as a new event. It needs no documentation.
 *
 * @param number E.164. @param actor the admin or agent. @param id id of this request: the same id twice is one event.
 * @param method the way the person opted out.
 */
export function enteredOptOut(
  number: string,
  actor: string,
  id: string,
  now: Date,
  method = 'entered by an admin or agent',
): NewConsentEvent {
  return {
    number,
    kind: 'optOut',
    occurredAt: now.toISOString(),
    isLive: true,
    sourceId: `opt-out:${id}`,
    evidence: { source: 'manual', actor, method },
  };
}
