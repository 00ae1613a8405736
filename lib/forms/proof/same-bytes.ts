import { createHmac, timingSafeEqual } from 'node:crypto';

/** Computes the HMAC-SHA256 of some parts, one after the other. */
export function hmacSha256(secret: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const hmac = createHmac('sha256', secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** Compares two buffers in constant time. */
export function sameBytes(expected: Buffer, given: Buffer): boolean {
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** Decides whether a moment is within the window before and after `now`. @param milliseconds since 1970. */
export function isFresh(milliseconds: number, now: Date, windowSeconds: number): boolean {
  return Math.abs(now.getTime() - milliseconds) <= windowSeconds * 1000;
}
