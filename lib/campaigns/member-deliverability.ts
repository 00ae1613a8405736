import type { Automation } from '../automation/automation.ts';
import { type LoadDeps, loadBatch, TEXTS_PER_LOAD } from '../gate/load-decision-input.ts';
import type { LeadStore } from '../leads/lead-store.ts';
import { inChunks } from '../runtime/chunks.ts';
import type { Member } from './campaign.ts';
import { type Deliverability, deliverabilityOf, undeliverableBecause } from './deliverability.ts';
import type { MemberStore } from './member-store.ts';
import { isTextedByAnother } from './same-number.ts';

export interface MemberDeliverabilityDeps extends LoadDeps {
  readonly leads: Pick<LeadStore, 'get' | 'leadsWithNumber'>;
  readonly members: Pick<MemberStore, 'page' | 'getMany'>;
}

/** The expected outcome of a broadcast for one member. */
export interface MemberDeliverability {
  readonly leadId: string;
  /** E.164; absent when the lead is gone. */
  readonly number?: string;
  readonly deliverability: Deliverability;
}

/**
 * Decides for one page of a campaign's members whether a broadcast would reach them (T7).
 *
 * @param draft the automation of the broadcast. @param paging.after the `next` of the page before.
 */
export async function memberDeliverability(
  deps: MemberDeliverabilityDeps,
  campaignId: string,
  draft: Automation,
  paging: { readonly limit: number; readonly after?: string | undefined },
): Promise<{ readonly members: MemberDeliverability[]; readonly next: string | undefined }> {
  const page = await deps.members.page(campaignId, { ...paging, removedToo: false });
  const batches = inChunks(page.members, TEXTS_PER_LOAD);
  const members = await Promise.all(
    batches.map((batch) => deliverabilityOfBatch(deps, campaignId, draft, batch)),
  );
  return { members: members.flat(), next: page.next };
}

async function deliverabilityOfBatch(
  deps: MemberDeliverabilityDeps,
  campaignId: string,
  draft: Automation,
  members: readonly Member[],
): Promise<MemberDeliverability[]> {
  const leads = await Promise.all(members.map(({ leadId }) => deps.leads.get(leadId)));
  const present = leads.filter((lead) => lead !== undefined);
  const loaded = await loadBatch(
    deps,
    present.map(({ id, number }) => ({ leadId: id, number, automationId: draft.id })),
  );
  return Promise.all(
    members.map(async ({ leadId }) => {
      const index = present.findIndex(({ id }) => id === leadId);
      const [lead, step] = [present[index], loaded[index]];
      if (!lead || !step || !('enrollment' in step)) return { leadId, deliverability: NO_LEAD };
      const deliverability = (await isTextedByAnother(deps, campaignId, lead))
        ? SAME_NUMBER
        : deliverabilityOf(draft, lead, step, deps.now());
      return { leadId, number: lead.number, deliverability };
    }),
  );
}

const NO_LEAD = undeliverableBecause('noSuchLead', 'refused: there is no such lead any more');
const SAME_NUMBER = undeliverableBecause(
  'sameNumber',
  'refused: another member has the number, and gets the text',
);
