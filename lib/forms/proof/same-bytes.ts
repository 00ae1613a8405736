import { createHmac, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA256 of some parts, one after the other. */
export function hmacSha256(secret: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const hmac = createHmac('sha256', secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** Compares in a time that tells nothing about where the two differ. */
export function sameBytes(expected: Buffer, given: Buffer): boolean {
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** Whether a moment is within the replay window around now. @param milliseconds since the epoch. */
export function isFresh(milliseconds: number, now: Date, windowSeconds: number): boolean {
  return Math.abs(now.getTime() - milliseconds) <= windowSeconds * 1000;
}
