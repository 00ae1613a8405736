import * as z from 'zod';

/** A number in E.164, as the API takes and gives it. */
export const e164Schema = z
  .string()
  .refine((value) => /^\+[1-9]\d{6,14}$/.test(value), 'Write the number in E.164, for example +13035550142');
