import * as z from 'zod';

/** Parses a phone number in E.164, the form in which the API takes and returns numbers. */
export const e164Schema = z
  .string()
  .refine((value) => /^\+[1-9]\d{6,14}$/.test(value), 'Write the number in E.164, for example +13035550142');
