import { sign } from 'node:crypto';
import * as z from 'zod';
import { cachedSecret } from '../runtime/secrets.ts';

const loginUrl = z.url().refine((url) => !url.endsWith('/'), 'No slash at the end');

/**
 * The credentials that ops store in SSM. Neither flow needs a person or gives a refresh token. The login URL is the org's My
 * Domain (`https://acme.my.salesforce.com`).
 */
export const salesforceCredentialsSchema = z.discriminatedUnion('flow', [
  z.object({
    flow: z.literal('clientCredentials'),
    loginUrl,
    clientId: z.string().min(1),
    clientSecret: z.string().min(1),
  }),
  z.object({
    flow: z.literal('jwtBearer'),
    loginUrl,
    clientId: z.string().min(1),
    username: z.string().min(1),
    /** PEM; the certificate that belongs to it is uploaded to the app in Salesforce. */
    privateKey: z.string().includes('PRIVATE KEY'),
    audience: z.url().default('https://login.salesforce.com'),
  }),
]);
export type SalesforceCredentials = z.infer<typeof salesforceCredentialsSchema>;

/** Reads the credentials from their SSM parameter. @throws Error that names the wrong fields and holds no value. */
export async function salesforceCredentials(parameter: string): Promise<SalesforceCredentials> {
  const parsed = salesforceCredentialsSchema.safeParse(JSON.parse(await cachedSecret(parameter)));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new Error(`The parameter ${parameter} is no Salesforce credentials: check ${fields}`);
}

/** Lifetime of the JWT; Salesforce accepts at most three minutes. */
const ASSERTION_SECONDS = 120;

/** Builds the parameters of a token request without client id and secret. @param now start of the assertion's lifetime. */
export function grantOf(
  credentials: SalesforceCredentials,
  now: Date,
): { grant_type: string; [name: string]: string } {
  if (credentials.flow === 'clientCredentials') return { grant_type: 'client_credentials' };
  const { clientId, username, audience, privateKey } = credentials;
  const exp = Math.floor(now.getTime() / 1000) + ASSERTION_SECONDS;
  const claims = { iss: clientId, sub: username, aud: audience, exp };
  const encoded = [{ alg: 'RS256' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signature = sign('RSA-SHA256', Buffer.from(encoded.join('.')), privateKey).toString('base64url');
  return {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: [...encoded, signature].join('.'),
  };
}
