import * as z from 'zod';
import { e164Schema } from '../phone/e164.ts';

const detail = z.string().trim().max(200);

/** The details of a person besides the number. Templates can use all of them. */
export const leadDetailsSchema = z.strictObject({
  firstName: detail.optional(),
  lastName: detail.optional(),
  email: detail.optional(),
  /** Street and house number. */
  address: detail.optional(),
  zip: detail.optional(),
  city: detail.optional(),
  state: detail.optional(),
  service: detail.optional(),
  source: detail.optional(),
  utmSource: detail.optional(),
  utmMedium: detail.optional(),
  utmCampaign: detail.optional(),
  utmTerm: detail.optional(),
  utmContent: detail.optional(),
});
export type LeadDetails = z.infer<typeof leadDetailsSchema>;

/** The names of a lead's details. */
export const LEAD_FIELDS = leadDetailsSchema.keyof().options;
export type LeadField = keyof LeadDetails;

/** Marks a number that the carrier cannot deliver to, with Twilio's error code. */
const unreachableSchema = z.object({ code: z.int(), at: z.string() });

/** A person with a number who may be texted. */
export const leadSchema = z.object({
  id: z.string(),
  number: e164Schema,
  details: leadDetailsSchema,
  unreachable: unreachableSchema.optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type Lead = z.infer<typeof leadSchema>;
