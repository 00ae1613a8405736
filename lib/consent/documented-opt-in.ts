import * as z from 'zod';
import { sha256 } from '../runtime/sha256.ts';
import type { NewConsentEvent } from './consent-event.ts';

const demanded = (what: string, maximum: number) =>
  z
    .string({ error: `Say ${what}.` })
    .trim()
    .min(1, `Say ${what}.`)
    .max(maximum, `At most ${maximum} characters.`);

/** What proves consent that was given elsewhere (S6): all of it is demanded, and kept as evidence. */
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

/** Why a documented opt-in cannot be from its date, or undefined when it can. */
export function faultOfDate({ date }: Documentation, now: Date): string | undefined {
  return Date.parse(date) > now.getTime() ? 'The date lies in the future. Nobody has agreed yet.' : undefined;
}

/** Who enters an opt-in, and for an import, by which line of it. */
export interface EnteredBy {
  readonly actor: string;
  /** The organization's setting: whether what is entered may lift an opt-out that came from the phone. */
  readonly reOptIn: 'handset' | 'web';
  readonly line?: { readonly importId: string; readonly row: number };
}

/** An opt-in given elsewhere, as the registry records it. The same documentation entered twice is one event. */
export function documentedOptIn(
  number: string,
  { method, date, proof, wording }: Documentation,
  { actor, line, reOptIn }: EnteredBy,
): NewConsentEvent {
  const occurredAt = new Date(date).toISOString();
  const given = { actor, method, proof, wordsShown: wording, ...(reOptIn === 'web' && { reOptIn }) };
  return {
    number,
    kind: 'manualOptIn',
    occurredAt,
    sourceId: `documented:${sha256(JSON.stringify([occurredAt, method, proof, wording]))}`,
    evidence: line ? { source: 'import', ...line, ...given } : { source: 'manual', ...given },
  };
}

/**
 * An opt-out that somebody enters for a person: it needs nothing and holds at once (S6).
 *
 * @param id of this request. @param method how it came about.
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
