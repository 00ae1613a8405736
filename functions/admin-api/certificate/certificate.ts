import * as z from 'zod';
import type { Audit } from '../../../lib/consent/audit.ts';
import { consentEventSchema, consentStatuses } from '../../../lib/consent/consent-event.ts';
import { consentStateSchema } from '../../../lib/consent/state.ts';
import { type Message, messageSchema } from '../../../lib/messaging/message.ts';

/** A text of the number, with the consent that it was decided on. */
const certifiedTextSchema = messageSchema
  .pick({ id: true, direction: true, body: true, status: true, createdAt: true })
  .extend({
    ...messageSchema.pick({ sid: true, claimedAt: true, consentVersion: true, automationId: true }).shape,
    /** Status of the number in that version. */
    consentStatus: z.enum(consentStatuses).optional(),
  })
  .meta({ id: 'CertifiedText' });

/** Everything that is known of a number's consent, to be handed to a lawyer (X2). */
export const certificateSchema = z
  .object({
    organization: z.string(),
    number: z.string(),
    generatedAt: z.string(),
    generatedBy: z.string(),
    verification: z.object({
      holds: z.boolean(),
      /** The first event at which something is wrong, and what. */
      fault: z.object({ sequence: z.int(), fault: z.string() }).optional(),
      method: z.string(),
      /** Hash of the newest event, under which all earlier ones lie. */
      headHash: z.string(),
    }),
    /** Absent when the stored state cannot be read, which is a fault. */
    consent: consentStateSchema.optional(),
    events: z.array(consentEventSchema),
    texts: z.array(certifiedTextSchema),
    /** Whether `texts` goes back to the first one. */
    textsComplete: z.boolean(),
  })
  .meta({ id: 'Certificate', description: "A number's whole record." });
export type Certificate = z.infer<typeof certificateSchema>;
export type CertifiedText = z.infer<typeof certifiedTextSchema>;

export const VERIFICATION_METHOD =
  'Each event carries the SHA-256 of its canonical JSON (RFC 8785) without the field hash, which contains the hash of the ' +
  'event before. All hashes were computed anew, every event was applied again by the rules of its time, and the result was ' +
  'compared with the stored state.';

/** Puts a certificate together. @param texts the number's texts, newest first. */
export function certificateOf(given: {
  readonly organization: string;
  readonly number: string;
  readonly audit: Audit;
  readonly texts: readonly Message[];
  readonly textsComplete: boolean;
  readonly actor: string;
  readonly now: Date;
}): Certificate {
  const { events, state, fault } = given.audit;
  return {
    organization: given.organization,
    number: given.number,
    generatedAt: given.now.toISOString(),
    generatedBy: given.actor,
    verification: {
      holds: fault === undefined,
      ...(fault && { fault }),
      method: VERIFICATION_METHOD,
      headHash: events.at(-1)?.hash ?? '',
    },
    ...(state && { consent: state }),
    events: [...events],
    texts: given.texts.toReversed().map((text) => {
      const decidedOn = events.find(({ sequence }) => sequence === text.consentVersion);
      const consentStatus = text.consentVersion === 0 ? 'none' : decidedOn?.after;
      return certifiedTextSchema.parse({ ...text, consentStatus });
    }),
    textsComplete: given.textsComplete,
  };
}
