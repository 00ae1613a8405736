import type { Lead } from '../leads/lead.ts';
import type { LeadStore } from '../leads/lead-store.ts';
import type { MemberStore } from './member-store.ts';

export interface SameNumberDeps {
  readonly leads: Pick<LeadStore, 'leadsWithNumber'>;
  readonly members: Pick<MemberStore, 'known'>;
}

/** A number gets a broadcast once, though several members have it: the first of them by id. */
export async function isTextedByAnother(
  { leads, members }: SameNumberDeps,
  campaignId: string,
  lead: Pick<Lead, 'id' | 'number'>,
): Promise<boolean> {
  const before = (await leads.leadsWithNumber(lead.number)).filter((id) => id < lead.id);
  if (before.length === 0) return false;
  const known = await members.known(campaignId, before.slice(0, 100));
  return [...known.values()].some(({ active }) => active);
}
