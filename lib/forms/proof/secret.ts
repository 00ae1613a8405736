import { createHash } from 'node:crypto';
import { sameBytes } from './same-bytes.ts';

/** Decides whether one of the candidates is the form's secret. @param hash hex SHA-256 of the secret. */
export function containsSecret(hash: string, candidates: readonly unknown[]): boolean {
  const expected = Buffer.from(hash, 'hex');
  return candidates.some(
    (candidate) =>
      typeof candidate === 'string' && sameBytes(expected, createHash('sha256').update(candidate).digest()),
  );
}
