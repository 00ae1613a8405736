import * as z from 'zod';
import { consentStatusSchema, eventKindSchema, evidenceSourceSchema } from './consent-event.ts';

export const optInRequestStatuses = ['not_sent', 'sent', 'accepted', 'rejected'] as const;
export type OptInRequestStatus = (typeof optInRequestStatuses)[number];
export const optInRequestStatusSchema = z.enum(optInRequestStatuses);

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
  lastOptOutAt: z.string().optional(),
  lastReleaseAt: z.string().optional(),
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
