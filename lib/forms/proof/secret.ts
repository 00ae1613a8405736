import { createHash } from 'node:crypto';
import { sameBytes } from './same-bytes.ts';

/** Whether one of the places that may carry the form's secret does. @param hash hex SHA-256 of the secret. */
export function knowsSecret(hash: string, candidates: readonly unknown[]): boolean {
  const expected = Buffer.from(hash, 'hex');
  return candidates.some(
    (given) => typeof given === 'string' && sameBytes(expected, createHash('sha256').update(given).digest()),
  );
}
