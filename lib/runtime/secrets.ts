import * as z from 'zod';
import { readParameter } from './parameter.ts';

const MAXIMUM_AGE_MILLISECONDS = 300_000;
const kept = new Map<string, { readonly value: Promise<string>; readonly until: number }>();

/** Reads a parameter, or answers what was read at most five minutes ago. Who asks meanwhile waits for the same answer. */
export function cachedSecret(name: string): Promise<string> {
  const known = kept.get(name);
  if (known && known.until > Date.now()) return known.value;
  const value = readParameter(name);
  kept.set(name, { value, until: Date.now() + MAXIMUM_AGE_MILLISECONDS });
  value.catch(() => kept.delete(name));
  return value;
}

const credentialsSchema = z.object({
  accountSid: z.string().startsWith('AC'),
  apiKeySid: z.string().startsWith('SK'),
  apiKeySecret: z.string().min(1),
});
export type TwilioCredentials = z.infer<typeof credentialsSchema>;

/** The API key that sends. Kept for five minutes, so that a rotated key is taken up without a deployment. */
export async function twilioCredentials(parameter: string): Promise<TwilioCredentials> {
  const parsed = credentialsSchema.safeParse(JSON.parse(await cachedSecret(parameter)));
  if (!parsed.success)
    throw new Error(`The parameter ${parameter} is not {accountSid, apiKeySid, apiKeySecret}`);
  return parsed.data;
}

/** The token that signs webhooks. @throws Error when it is empty: an empty token would verify any forgery. */
export function twilioAuthToken(parameter: string): Promise<string> {
  return cachedSecret(parameter);
}
