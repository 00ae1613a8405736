import * as z from 'zod';
import { consentStatusSchema, eventKindSchema, evidenceSourceSchema } from './consent-event.ts';

export const optInRequestStatuses = ['not_sent', 'sent', 'accepted', 'rejected'] as const;
export type OptInRequestStatus = (typeof optInRequestStatuses)[number];
export const optInRequestStatusSchema = z.enum(optInRequestStatuses);

/** When a request for START was sent, and until when a YES answers it (ISO 8601 UTC). START answers it at any time. */
const optInRequestPeriodSchema = z.object({ sentAt: z.string(), until: z.string().optional() });
export type OptInRequestPeriod = z.infer<typeof optInRequestPeriodSchema>;

/** What an opt-out was: a keyword on which Twilio acted, other words from the phone, or something that came on another way. */
const lastOptOutBySchema = z.enum(['carrierKeyword', 'handset', 'other']);
export type LastOptOutBy = z.infer<typeof lastOptOutBySchema>;

/** The consent state of a number: four facets, and the moments that decide whether an event is late news (X3). */
export const consentStateSchema = z.object({
  /** E.164. */
  number: z.string(),
  /** Number of events in the ledger; 0 for a number without events. */
  version: z.int().nonnegative(),
  status: consentStatusSchema,
  /** Status of the opt-in request of double opt-in (C5). */
  optInRequest: optInRequestStatusSchema,
  /** Maps a lead id to the status of that lead's own opt-in request, in per-lead double opt-in (C4). */
  leadOptInRequests: z.record(z.string(), optInRequestStatusSchema).optional(),
  /** The number's last request. */
  optInRequestPeriod: optInRequestPeriodSchema.optional(),
  /** Lead id to that lead's last request. */
  leadOptInRequestPeriods: z.record(z.string(), optInRequestPeriodSchema).optional(),
  /** The event that the status comes from; absent while no event has changed the status. */
  statusBy: z
    .object({ sequence: z.int().positive(), kind: eventKindSchema, source: evidenceSourceSchema })
    .optional(),
  /** Maps a keyword (upper case) to its opt-in: active or ended, since when, and by which event (T2, T5). */
  keywords: z.record(z.string(), z.object({ active: z.boolean(), since: z.string(), sequence: z.int() })),
  /** True while Twilio holds a block for this number and refuses texts with error 21610. */
  carrierBlocked: z.boolean(),
  /** Moments are ISO 8601 UTC. This one: the last opt-in of any kind that took effect. */
  lastOptInAt: z.string().optional(),
  /** The last opt-in of a kind that can lift an opt-out. */
  lastLiftingAt: z.string().optional(),
  /** Last opt-in that could lift an opt-out which came from the phone. */
  lastHandsetLiftAt: z.string().optional(),
  lastOptOutAt: z.string().optional(),
  lastOptOutBy: lastOptOutBySchema.optional(),
  /** True while an opt-out that came from the phone is not lifted. */
  handsetOptedOut: z.boolean().optional(),
  lastReleaseAt: z.string().optional(),
  /** When the newest event was recorded: no event is recorded earlier than the one before it. */
  lastRecordedAt: z.string().optional(),
  /** Hash of the newest event; the empty string before the first. */
  headHash: z.string(),
});
export type ConsentState = z.infer<typeof consentStateSchema>;

/** Returns the state of a number without events. @param number E.164. */
export function initialState(number: string): ConsentState {
  return {
    number,
    version: 0,
    status: 'none',
    optInRequest: 'not_sent',
    keywords: {},
    carrierBlocked: false,
    headHash: '',
  };
}
