import * as z from 'zod';
import { e164Schema } from '../phone/e164.ts';

const fact = z.string().trim().max(200);

/** What is known of a person besides the number. All of it can be merged into texts. */
export const leadDetailsSchema = z.strictObject({
  firstName: fact.optional(),
  lastName: fact.optional(),
  email: fact.optional(),
  /** Street and house number. */
  address: fact.optional(),
  zip: fact.optional(),
  city: fact.optional(),
  state: fact.optional(),
  service: fact.optional(),
  source: fact.optional(),
  utmSource: fact.optional(),
  utmMedium: fact.optional(),
  utmCampaign: fact.optional(),
  utmTerm: fact.optional(),
  utmContent: fact.optional(),
});
export type LeadDetails = z.infer<typeof leadDetailsSchema>;

/** The names of a lead's details. */
export const LEAD_FIELDS = leadDetailsSchema.keyof().options;
export type LeadField = keyof LeadDetails;

/** Why no text can reach the lead's number, as the carrier told us. */
const unreachableSchema = z.object({ code: z.int(), at: z.string() });

export const leadSchema = z.object({
  id: z.string(),
  number: e164Schema,
  details: leadDetailsSchema,
  unreachable: unreachableSchema.optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type Lead = z.infer<typeof leadSchema>;
