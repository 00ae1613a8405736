import * as z from 'zod';

/** A field that cannot be used, and the sentence that says what to give instead. */
export const fieldErrorSchema = z
  .object({ field: z.string(), message: z.string() })
  .meta({ id: 'FieldError', description: 'A field that cannot be used, and what to give instead.' });

/** The body of a function's error answer (RFC 9457). */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().optional(),
  errors: z.array(fieldErrorSchema).optional(),
  requestId: z.string().optional(),
});

/** The body of API Gateway's own errors: the request reached no function, or the function did not answer. */
export const gatewayMessageSchema = z
  .object({ message: z.string() })
  .meta({ id: 'GatewayMessage', description: 'An answer of API Gateway itself.' });
