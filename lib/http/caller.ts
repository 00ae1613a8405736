import { type Role, roles } from './route.ts';

/** The caller that the token names. API Gateway has checked the token before. */
export interface Caller {
  readonly actor: string;
  readonly roles: readonly Role[];
}

/**
 * Reads the caller from a token's claims.
 *
 * API Gateway renders a list claim as text, `[admin agent]`; other issuers send text or a real list.
 */
export function callerOf(claims: Readonly<Record<string, unknown>>): Caller {
  const groups = claims['cognito:groups'] ?? claims['groups'] ?? '';
  // Splits only where a list was joined: a group `billing:admin` is not the group `admin`.
  const names = (Array.isArray(groups) ? groups.join(' ') : String(groups))
    .replace(/^\[|\]$/g, '')
    .split(/[\s,]+/);
  const actor = claims['username'] ?? claims['cognito:username'] ?? claims['email'] ?? claims['sub'];
  return { actor: String(actor ?? 'unknown'), roles: roles.filter((role) => names.includes(role)) };
}
