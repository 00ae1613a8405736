import * as z from 'zod';
import type { Audit } from '../../../lib/consent/audit.ts';
import { consentEventSchema, consentStatuses } from '../../../lib/consent/consent-event.ts';
import { consentStateSchema } from '../../../lib/consent/state.ts';
import { type Message, messageSchema } from '../../../lib/messaging/message.ts';

/** Schema of a text of the number, with the consent status that the gate decided on. */
const certifiedTextSchema = messageSchema
  .pick({ id: true, direction: true, body: true, status: true, createdAt: true })
  .extend({
    ...messageSchema.pick({ sid: true, claimedAt: true, consentVersion: true, automationId: true }).shape,
    /** The number's consent status at `consentVersion`. */
    consentStatus: z.enum(consentStatuses).optional(),
  })
  .meta({ id: 'CertifiedText' });

/** Schema of a certificate: the whole record of a number's consent, for a lawyer (X2). */
export const certificateSchema = z
  .object({
    organization: z.string(),
    number: z.string(),
    generatedAt: z.string(),
    generatedBy: z.string(),
    verification: z.object({
      holds: z.boolean(),
      /** The first event that does not verify, and the reason. */
      fault: z.object({ sequence: z.int(), fault: z.string() }).optional(),
      method: z.string(),
      /** Hash of the newest event. It covers all earlier events. */
      headHash: z.string(),
    }),
    /** Absent when the stored state cannot be read; `verification` then has the fault. */
    consent: consentStateSchema.optional(),
    events: z.array(consentEventSchema),
    texts: z.array(certifiedTextSchema),
    /** True when `texts` goes back to the first text. */
    textsComplete: z.boolean(),
  })
  .meta({ id: 'Certificate', description: "A number's whole record." });
export type Certificate = z.infer<typeof certificateSchema>;
export type CertifiedText = z.infer<typeof certifiedTextSchema>;

export const VERIFICATION_METHOD =
  'Each event carries the SHA-256 of its canonical JSON (RFC 8785) without the field hash, which contains the hash of the ' +
  'event before. All hashes were computed again, every event was applied again by the rules of its time, and the result was ' +
  'compared with the stored state.';

/** Builds the certificate of a number (X2). */
export function certificateOf(input: {
  readonly organization: string;
  readonly number: string;
  readonly audit: Audit;
  /** Newest first. */
  readonly texts: readonly Message[];
  readonly textsComplete: boolean;
  readonly actor: string;
  readonly now: Date;
}): Certificate {
  const { events, state, fault } = input.audit;
  return {
    organization: input.organization,
    number: input.number,
    generatedAt: input.now.toISOString(),
    generatedBy: input.actor,
    verification: {
      holds: fault === undefined,
      ...(fault && { fault }),
      method: VERIFICATION_METHOD,
      headHash: events.at(-1)?.hash ?? '',
    },
    ...(state && { consent: state }),
    events: [...events],
    texts: input.texts.toReversed().map((text) => {
      const decidedOn = events.find(({ sequence }) => sequence === text.consentVersion);
      const consentStatus = text.consentVersion === 0 ? 'none' : decidedOn?.after;
      return certifiedTextSchema.parse({ ...text, consentStatus });
    }),
    textsComplete: input.textsComplete,
  };
}
