import * as z from 'zod';
import { readParameter } from './parameter.ts';

const MAXIMUM_AGE_MILLISECONDS = 300_000;
const cache = new Map<string, { readonly value: Promise<string>; readonly until: number }>();

/**
 * Reads a parameter and caches it for five minutes. Concurrent callers share one request. An error is not cached.
 *
 * @throws Error when the parameter cannot be read.
 */
export function cachedSecret(name: string): Promise<string> {
  const cached = cache.get(name);
  if (cached && cached.until > Date.now()) return cached.value;
  const value = readParameter(name);
  cache.set(name, { value, until: Date.now() + MAXIMUM_AGE_MILLISECONDS });
  value.catch(() => cache.delete(name));
  return value;
}

const credentialsSchema = z.object({
  accountSid: z.string().startsWith('AC'),
  apiKeySid: z.string().startsWith('SK'),
  apiKeySecret: z.string().min(1),
});
export type TwilioCredentials = z.infer<typeof credentialsSchema>;

/**
 * Reads the API key that sends texts. It is cached for five minutes, so a rotated key is used without a deployment.
 *
 * @throws Error when the parameter cannot be read or does not hold the three fields, SyntaxError when it is no JSON.
 */
export async function twilioCredentials(parameter: string): Promise<TwilioCredentials> {
  const parsed = credentialsSchema.safeParse(JSON.parse(await cachedSecret(parameter)));
  if (!parsed.success)
    throw new Error(`The parameter ${parameter} is not {accountSid, apiKeySid, apiKeySecret}`);
  return parsed.data;
}

/** Reads the token that signs webhooks. @throws Error when it is empty: an empty token would verify any forgery. */
export function twilioAuthToken(parameter: string): Promise<string> {
  return cachedSecret(parameter);
}
