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

/** What is known of a number now: four facets, and the moments that decide whether later news is late. */
export const consentStateSchema = z.object({
  /** E.164. */
  number: z.string(),
  /** Number of events in the ledger; 0 for a number never heard of. */
  version: z.int().nonnegative(),
  status: consentStatusSchema,
  /** Double opt-in (C5). */
  optInRequest: optInRequestStatusSchema,
  /** Lead id to the request that lead was sent, where each lead record opts in by itself (C4). */
  leadOptInRequests: z.record(z.string(), optInRequestStatusSchema).optional(),
  /** The number's last request. */
  optInRequestPeriod: optInRequestPeriodSchema.optional(),
  /** Lead id to that lead's last request. */
  leadOptInRequestPeriods: z.record(z.string(), optInRequestPeriodSchema).optional(),
  /** The event that brought the status about; absent before any did. */
  statusBy: z
    .object({ sequence: z.int().positive(), kind: eventKindSchema, source: evidenceSourceSchema })
    .optional(),
  /** Word (upper case) to whether its opt-in is active and since which event. */
  keywords: z.record(z.string(), z.object({ active: z.boolean(), since: z.string(), sequence: z.int() })),
  /** Twilio holds a block for this number and would refuse a text with 21610. */
  carrierBlocked: z.boolean(),
  /** Last opt-in of any kind that took effect. */
  lastOptInAt: z.string().optional(),
  /** Last opt-in strong enough to lift an opt-out. */
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

/** The state of a number that nothing is known of. */
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
