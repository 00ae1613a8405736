import { createHash } from 'node:crypto';

/** Hashes a text in UTF-8. @returns its SHA-256 in lower-case hex. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
