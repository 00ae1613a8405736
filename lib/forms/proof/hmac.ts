import type { Proof, ProofResult, SignedRequest } from './proof.ts';
import { hmacSha256, sameBytes } from './same-bytes.ts';

/** Checks an HMAC over the raw body (Typeform, Tally, Meta). */
export function verifyHmac(
  { header, prefix, encoding }: Extract<Proof, { scheme: 'hmac' }>,
  secret: string,
  { headers, body }: SignedRequest,
): ProofResult {
  const value = headers[header];
  if (!value?.startsWith(prefix)) return 'missing';
  const signature = Buffer.from(value.slice(prefix.length).trim(), encoding);
  return sameBytes(hmacSha256(secret, body), signature) ? 'proved' : 'wrong';
}
