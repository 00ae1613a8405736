import { type ProofResult, REPLAY_WINDOW_SECONDS, type SignedRequest } from './proof.ts';
import { hmacSha256, isFresh, sameBytes } from './same-bytes.ts';

/** The escapes that HubSpot decodes in the URI before it signs. It keeps all others. */
const DECODED = /%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

/** Checks HubSpot's signature, version 3, and its age. */
export function verifyHubspot(
  secret: string,
  { headers, body, method, url }: SignedRequest,
  now: Date,
): ProofResult {
  const signature = headers['x-hubspot-signature-v3'];
  const timestamp = headers['x-hubspot-request-timestamp'];
  if (!signature || !timestamp || !/^\d{9,15}$/.test(timestamp)) return 'missing';
  const uri = url.replace(DECODED, (escaped) => decodeURIComponent(escaped));
  const expected = hmacSha256(secret, method, uri, body, timestamp);
  if (!sameBytes(expected, Buffer.from(signature, 'base64'))) return 'wrong';
  return isFresh(Number(timestamp), now, REPLAY_WINDOW_SECONDS) ? 'proved' : 'stale';
}
