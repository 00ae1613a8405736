import * as z from 'zod';

/** A field that is wrong, and what to do. */
export const fieldErrorSchema = z
  .object({ field: z.string(), message: z.string() })
  .meta({ id: 'FieldError', description: 'A field that cannot be used, and what to give instead.' });

/** An error as our functions answer it. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().optional(),
  errors: z.array(fieldErrorSchema).optional(),
  requestId: z.string().optional(),
});

/** An error that API Gateway answers itself: no function has seen the request, or it did not answer. */
export const gatewayMessageSchema = z
  .object({ message: z.string() })
  .meta({ id: 'GatewayMessage', description: 'An answer of API Gateway itself.' });
