import type { Lead } from '../leads/lead.ts';
import type { LeadStore } from '../leads/lead-store.ts';
import type { MemberStore } from './member-store.ts';

export interface SameNumberDeps {
  readonly leads: Pick<LeadStore, 'leadsWithNumber'>;
  readonly members: Pick<MemberStore, 'getMany'>;
}

/**
 * Decides whether another member with the same number gets the broadcast. A number gets it once: the first active member by lead id
 * does (X5).
 */
export async function isTextedByAnother(
  { leads, members }: SameNumberDeps,
  campaignId: string,
  lead: Pick<Lead, 'id' | 'number'>,
): Promise<boolean> {
  const before = (await leads.leadsWithNumber(lead.number)).filter((id) => id < lead.id);
  if (before.length === 0) return false;
  const earlier = await members.getMany(campaignId, before.slice(0, 100));
  return [...earlier.values()].some(({ active }) => active);
}
