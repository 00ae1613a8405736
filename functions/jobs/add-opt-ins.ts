import type { OptInProgress } from '../../lib/campaigns/campaign.ts';
import type { CampaignStore } from '../../lib/campaigns/campaign-store.ts';
import type { MemberStore } from '../../lib/campaigns/member-store.ts';
import type { OptInRuns } from '../../lib/campaigns/opt-in-runs.ts';
import type { ConsentLists } from '../../lib/consent/lists.ts';
import type { AddOptInsJob } from '../../lib/jobs/job.ts';
import type { JobQueue } from '../../lib/jobs/job-queue.ts';
import type { LeadStore } from '../../lib/leads/lead-store.ts';

export interface AddOptInsDeps {
  readonly campaigns: Pick<CampaignStore, 'get'>;
  readonly lists: Pick<ConsentLists, 'keywordOptIns'>;
  readonly leads: Pick<LeadStore, 'leadsWithNumber' | 'upsertByNumber'>;
  readonly members: Pick<MemberStore, 'add' | 'getMany'>;
  readonly optInRuns: Pick<OptInRuns, 'storeProgress'>;
  readonly jobs: JobQueue;
}

/** Opt-ins of one page. It is small because each opt-in may need a new lead. */
const PAGE = 50;

/**
 * Adds one page of the campaign's keyword opt-ins as members, unless they are members already, and queues the next page
 * (T6). A page that is delivered twice adds nobody twice.
 */
export async function runAddOptInsJob(deps: AddOptInsDeps, job: AddOptInsJob): Promise<void> {
  const { campaignId, run } = job;
  const campaign = await deps.campaigns.get(campaignId);
  // The campaign was removed, lost its keyword, or has a newer run: this run ends.
  if (campaign?.keyword === undefined || campaign.removedAt !== undefined) return;
  if (campaign.optInRun?.run !== run) return;
  const { keyword } = campaign;
  const paging = { limit: PAGE, after: job.after };
  const page = await deps.lists.keywordOptIns(keyword, { active: true }, paging);
  const candidates = await Promise.all(
    page.rows.map(({ number }) => candidateOf(deps, campaignId, { number, keyword, run })),
  );
  const leadIds = candidates.flatMap((candidate) => ('leadId' in candidate ? candidate.leadId : []));
  // One call for all of them: parallel calls would conflict over the member count of their shard.
  const joined = await deps.members.add(campaignId, leadIds, { addedBy: addedBy(run), rejoin: false });
  const joinedBefore = candidates.filter((candidate) => 'joined' in candidate && candidate.joined);
  const progress: OptInProgress = {
    run,
    seen: job.seen + page.rows.length,
    added: job.added + joined.length + joinedBefore.length,
    done: page.next === undefined,
  };
  if (!(await deps.optInRuns.storeProgress(campaignId, progress))) return;
  if (page.next === undefined) return;
  const { seen, added: addedSoFar } = progress;
  await deps.jobs.enqueue([{ ...job, seen, added: addedSoFar, after: page.next }], 0);
}

const addedBy = (run: string) => `optIns:${run}`;

/**
 * Selects the lead that joins for a number, and creates one for a number that has none. Nobody joins when a lead with the
 * number is or was a member: a member that an admin removed stays removed.
 *
 * @returns the lead that joins, or whether a member already joined in this run.
 */
async function candidateOf(
  { leads, members }: AddOptInsDeps,
  campaignId: string,
  { number, keyword, run }: { readonly number: string; readonly keyword: string; readonly run: string },
): Promise<{ readonly leadId: string } | { readonly joined: boolean }> {
  const leadsWithNumber = (await leads.leadsWithNumber(number)).slice(0, 100);
  const known = await members.getMany(campaignId, leadsWithNumber);
  if (known.size > 0) {
    // An earlier delivery of this page added the member, so this run counts it.
    return { joined: [...known.values()].some((member) => member.addedBy === addedBy(run)) };
  }
  const [leadId = (await leads.upsertByNumber(number, { source: `keyword ${keyword}` })).id] =
    leadsWithNumber;
  return { leadId };
}
