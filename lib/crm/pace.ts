import type { ApiUsage } from './salesforce.ts';

/**
 * - `all`: look up whoever arrives and whoever waits.
 * - `arrivals`: only leads that arrive and what they ticked.
 * - `none`: leave the rest of the calls to the organization's own people.
 */
export type Pace = 'all' | 'arrivals' | 'none';

/**
 * How much to ask of Salesforce, by its own count of the calls of the last 24 hours. Looking up those who wait stops at the
 * organization's share; leads that arrive may use half of what is left then.
 *
 * @param usage undefined before the first answer: that answer will say.
 */
export function paceOf(usage: ApiUsage | undefined, limitShare: number): Pace {
  if (!usage || usage.limit === 0) return 'all';
  const share = usage.used / usage.limit;
  if (share < limitShare) return 'all';
  return share < (1 + limitShare) / 2 ? 'arrivals' : 'none';
}
