import { verifyHmac } from './hmac.ts';
import { verifyHubspot } from './hubspot.ts';
import { verifyJwt } from './jwt.ts';
import type { Proof, ProofResult, SignedRequest } from './proof.ts';
import { verifyTimestampedHmac } from './timestamped-hmac.ts';

/** The schemes with a signature. */
export type Signature = Exclude<Proof, { scheme: 'secret' }>;

/**
 * Checks a builder's signature over a request, comparing in constant time.
 *
 * @param secret the builder's signing secret. @throws Error when it is empty: an empty key would verify any forgery.
 */
export async function verifySignature(
  proof: Signature,
  secret: string,
  request: SignedRequest,
  now: Date,
): Promise<ProofResult> {
  if (secret === '') throw new Error('A signing secret is empty');
  switch (proof.scheme) {
    case 'hmac':
      return verifyHmac(proof, secret, request);
    case 'timestampedHmac':
      return verifyTimestampedHmac(proof, secret, request, now);
    case 'jwt':
      return verifyJwt(proof, secret, request, now);
    case 'hubspot':
      return verifyHubspot(secret, request, now);
  }
}
