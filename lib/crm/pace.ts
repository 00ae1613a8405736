import type { ApiUsage } from './salesforce.ts';

/**
 * The share of the org's API calls that sendgate may use.
 *
 * - `all`: look up new leads and leads that wait for consent, and tick fields.
 * - `arrivals`: only the CRM jobs of new leads.
 * - `none`: leave the remaining calls to the organization's own users.
 */
export type Pace = 'all' | 'arrivals' | 'none';

/**
 * Chooses the pace by Salesforce's own count of the calls of the last 24 hours. Look-ups of waiting leads stop at the limit share.
 * New leads may then use half of the remaining calls.
 *
 * @param usage undefined before the first answer. @param limitShare from 0.1 to 0.95.
 */
export function paceOf(usage: ApiUsage | undefined, limitShare: number): Pace {
  if (!usage || usage.limit === 0) return 'all';
  const share = usage.used / usage.limit;
  if (share < limitShare) return 'all';
  return share < (1 + limitShare) / 2 ? 'arrivals' : 'none';
}
