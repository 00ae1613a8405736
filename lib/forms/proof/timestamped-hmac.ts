import { type Proof, type ProofResult, REPLAY_WINDOW_SECONDS, type SignedRequest } from './proof.ts';
import { hmacSha256, isFresh, sameBytes } from './same-bytes.ts';

type Scheme = Extract<Proof, { scheme: 'timestampedHmac' }>;

/** Checks an HMAC over a timestamp and the raw body, and its age (Webflow, WPForms, Formspree). */
export function verifyTimestampedHmac(
  scheme: Scheme,
  secret: string,
  { headers, body }: SignedRequest,
  now: Date,
): ProofResult {
  const { timestamp, signature } = read(scheme, headers);
  if (!timestamp || !signature || !/^\d{9,15}$/.test(timestamp)) return 'missing';
  const expected = hmacSha256(secret, timestamp, scheme.separator, body);
  if (!sameBytes(expected, Buffer.from(signature, 'hex'))) return 'wrong';
  const milliseconds = Number(timestamp) * (scheme.unit === 'seconds' ? 1000 : 1);
  return isFresh(milliseconds, now, REPLAY_WINDOW_SECONDS) ? 'proved' : 'stale';
}

function read(scheme: Scheme, headers: SignedRequest['headers']) {
  const header = headers[scheme.header];
  if (scheme.timestampHeader !== undefined) {
    return { timestamp: headers[scheme.timestampHeader], signature: header };
  }
  const parts = new Map(
    (header ?? '').split(',').map((part) => {
      const [name = '', ...value] = part.trim().split('=');
      return [name, value.join('=')];
    }),
  );
  return { timestamp: parts.get('t'), signature: parts.get(scheme.signatureName ?? '') };
}
