import * as z from 'zod';
import { idSchema } from '../automation/automation.ts';

/** Name of a field of the payload, or a path into it such as `contact.phone` or `answers[0].value`. */
const field = z.string().trim().min(1).max(200);
const words = z.string().trim().min(1).max(2000);

/** Where each fact of a lead stands in the form's payload. */
const fieldsSchema = z.strictObject({
  phone: field.default('phone'),
  firstName: field.default('firstName'),
  lastName: field.default('lastName'),
  email: field.default('email'),
  zip: field.default('zip'),
  city: field.default('city'),
  state: field.default('state'),
  service: field.default('service'),
  source: field.default('utm_source'),
  submissionId: field.default('submissionId'),
  submittedAt: field.default('submittedAt'),
  pageUrl: field.default('pageUrl'),
});
export type FormFields = z.infer<typeof fieldsSchema>;

/** What an admin configures. Whether a form has a checkbox is said here and never inferred from a payload. */
export const formInputSchema = z
  .strictObject({
    id: idSchema,
    name: z.string().trim().min(1).max(120),
    enabled: z.boolean().default(true),
    fields: fieldsSchema.default(fieldsSchema.parse({})),
    /** Opt-in checkboxes, numbered from 1 (H7), each with the words next to it. Empty: the form has none. */
    checkboxes: z
      .array(z.strictObject({ number: z.int().min(1).max(20), field, wordsShown: words }))
      .max(20)
      .default([]),
    /** The words of a form without a checkbox that make its submission a consent (H5). */
    disclaimer: words.optional(),
    /** Automations that a submission enrols the lead in. */
    automations: z.array(idSchema).max(20).default([]),
    /** Country of phone numbers written without a country code, ISO 3166-1 alpha-2. */
    defaultCountry: z
      .string()
      .regex(/^[A-Z]{2}$/, 'Use a two-letter country code such as US')
      .default('US'),
    /** When set, a submission must carry it in the header `x-sendgate-secret` or in `?secret=`. Never shown again. */
    secret: z.string().min(16, 'Use 16 characters or more').max(200).optional(),
  })
  .refine((form) => form.checkboxes.length > 0 || form.disclaimer !== undefined, {
    path: ['disclaimer'],
    message: 'A form without checkboxes needs its disclaimer: it is the evidence of consent',
  })
  .refine((form) => new Set(form.checkboxes.map((box) => box.number)).size === form.checkboxes.length, {
    path: ['checkboxes'],
    message: 'Two checkboxes have the same number',
  });
export type FormInput = z.infer<typeof formInputSchema>;

/** A form as it is stored: the secret only as its SHA-256. */
export const formSchema = z.object({
  ...formInputSchema.shape,
  secret: z.undefined().optional(),
  secretHash: z.string().optional(),
});
export type Form = z.infer<typeof formSchema>;
