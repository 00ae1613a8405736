import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';

export const TOKEN_HOURS = 12;

/** Creates the private key that signs the runner's tokens. The runner keeps it between runs. */
export async function createSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return exportJWK(privateKey);
}

export interface JwtConfiguration {
  readonly issuer: string;
  readonly audience: readonly string[];
}

export interface Tokens {
  /** Issues a token for a member of one group, as the stack's user pool does. */
  issue(group: string, configuration: JwtConfiguration): Promise<string>;
  /** Reads the claims of an `Authorization` header. @returns undefined when API Gateway would answer 401. */
  verify(
    header: string | undefined,
    configuration: JwtConfiguration,
  ): Promise<Record<string, string> | undefined>;
}

export async function createTokens(signingKey: JWK): Promise<Tokens> {
  const privateKey = await importJWK(signingKey, 'RS256');
  const { kty, n, e } = signingKey as { kty: string; n: string; e: string };
  const publicKey = await importJWK({ kty, n, e }, 'RS256');
  return {
    issue: (group, { issuer, audience }) =>
      new SignJWT({
        client_id: audience[0],
        token_use: 'access',
        username: `local-${group}`,
        'cognito:groups': [group],
      })
        .setProtectedHeader({ alg: 'RS256', kid: 'local' })
        .setIssuer(issuer)
        .setSubject(`local-${group}`)
        .setAudience([...audience])
        .setIssuedAt()
        .setExpirationTime(`${TOKEN_HOURS}h`)
        .sign(privateKey),
    verify: async (header, { issuer, audience }) => {
      const token = header?.replace(/^Bearer\s+/i, '');
      if (!token) return undefined;
      try {
        const options = { issuer, algorithms: ['RS256'], requiredClaims: ['exp'] };
        const { payload } = await jwtVerify(token, publicKey, options);
        return isMeantFor(payload, audience) ? asStrings(payload) : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

/** Compares the audience. API Gateway compares `client_id` only when there is no `aud`. */
function isMeantFor(payload: JWTPayload, audience: readonly string[]): boolean {
  const named = payload.aud ?? payload['client_id'];
  return [named].flat().some((name) => typeof name === 'string' && audience.includes(name));
}

/** Writes claims as API Gateway hands them to a function: every claim is a string, a list is `[admin agent]`. */
function asStrings(payload: JWTPayload): Record<string, string> {
  return Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(' ')}]` : String(value),
    ]),
  );
}
