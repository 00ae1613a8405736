import { createHash } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import type { Proof, ProofResult, SignedRequest } from './proof.ts';
import { sameBytes } from './same-bytes.ts';

/** Checks a JWT whose claim `sha256` is the body's (Netlify). HS256 only: `none` and public keys are refused. */
export async function verifyJwt(
  { header, issuer }: Extract<Proof, { scheme: 'jwt' }>,
  secret: string,
  { headers, body }: SignedRequest,
  now: Date,
): Promise<ProofResult> {
  const token = headers[header];
  if (!token) return 'missing';
  try {
    const key = new TextEncoder().encode(secret);
    const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'], issuer, currentDate: now });
    const claimed = payload['sha256'];
    if (typeof claimed !== 'string') return 'missing';
    const expected = createHash('sha256').update(body).digest();
    return sameBytes(expected, Buffer.from(claimed, 'hex')) ? 'proved' : 'wrong';
  } catch (error) {
    if (error instanceof errors.JWTExpired) return 'stale';
    if (error instanceof errors.JOSEError) return 'wrong';
    throw error;
  }
}
