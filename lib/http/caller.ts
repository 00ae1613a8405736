import { type Role, roles } from './route.ts';

/** Who asks, as the token says. API Gateway has checked the token already. */
export interface Caller {
  readonly actor: string;
  readonly roles: readonly Role[];
}

/**
 * Reads the caller out of a token's claims.
 *
 * API Gateway renders a list claim as text, `[admin agent]`; other issuers send text or a real list.
 */
export function callerOf(claims: Readonly<Record<string, unknown>>): Caller {
  const groups = claims['cognito:groups'] ?? claims['groups'] ?? '';
  // Split where a list was joined and nowhere else: a group `billing:admin` is not the group `admin`.
  const names = (Array.isArray(groups) ? groups.join(' ') : String(groups))
    .replace(/^\[|\]$/g, '')
    .split(/[\s,]+/);
  const actor = claims['username'] ?? claims['cognito:username'] ?? claims['email'] ?? claims['sub'];
  return { actor: String(actor ?? 'unknown'), roles: roles.filter((role) => names.includes(role)) };
}
