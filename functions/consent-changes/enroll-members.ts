import type { EnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { enrollLead } from '../../lib/automation/progress.ts';
import type { BroadcastStore } from '../../lib/campaigns/broadcast-store.ts';
import type { EnrollJob } from '../../lib/campaigns/campaign-jobs.ts';
import type { MemberStore } from '../../lib/campaigns/member-store.ts';
import { isTextedByAnother } from '../../lib/campaigns/same-number.ts';
import type { Configuration } from '../../lib/configuration/configuration.ts';
import type { LeadStore } from '../../lib/leads/lead-store.ts';
import { ALL_SHARDS } from '../../lib/tables/outreach.ts';
import type { Jobs } from './jobs.ts';

export interface EnrollMembersDeps {
  readonly configuration: Pick<Configuration, 'automation'>;
  readonly broadcasts: Pick<BroadcastStore, 'get' | 'progress'>;
  readonly members: Pick<MemberStore, 'ofShard' | 'known'>;
  readonly leads: Pick<LeadStore, 'get' | 'leadsWithNumber'>;
  readonly enrollments: Pick<EnrollmentStore, 'add'>;
  readonly jobs: Jobs;
  readonly now: () => Date;
}

const PAGE = 100;

/** A broadcast began: its members are enrolled shard by shard, side by side. */
export async function startEnrolling(
  { jobs }: Pick<EnrollMembersDeps, 'jobs'>,
  { campaignId, broadcast }: Pick<EnrollJob, 'campaignId' | 'broadcast'>,
): Promise<void> {
  const shards = ALL_SHARDS.map(
    (shard): EnrollJob => ({
      job: 'enroll',
      campaignId,
      broadcast,
      shard,
      seen: 0,
      enrolled: 0,
      sameNumber: 0,
    }),
  );
  await jobs.enqueue(shards, 0);
}

/**
 * Enrols one page of a shard's members and hands the rest on. A page that comes twice enrols nobody twice and counts
 * nobody twice; where another worker is further already, this one ends.
 */
export async function runEnrollJob(deps: EnrollMembersDeps, job: EnrollJob): Promise<void> {
  const { campaignId, shard } = job;
  const broadcast = await deps.broadcasts.get(campaignId, job.broadcast);
  const automation = broadcast && (await deps.configuration.automation(broadcast.automationId));
  // Stopped meanwhile: nobody else is enrolled.
  if (!automation) return;
  const page = await deps.members.ofShard(campaignId, shard, PAGE, job.after);
  const outcomes = await Promise.all(
    page.members.map(async ({ leadId }) => {
      const lead = await deps.leads.get(leadId);
      if (!lead) return 'gone';
      if (await isTextedByAnother(deps, campaignId, lead)) return 'sameNumber';
      const ref = { leadId, automationId: automation.id };
      await deps.enrollments.add(enrollLead(ref, lead.number, automation, deps.now()));
      return 'enrolled';
    }),
  );
  const counted = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length;
  const soFar = {
    seen: job.seen + outcomes.length,
    enrolled: job.enrolled + counted('enrolled'),
    sameNumber: job.sameNumber + counted('sameNumber'),
  };
  const { next } = page;
  const progress = { ...soFar, done: next === undefined };
  if (!(await deps.broadcasts.progress(campaignId, job.broadcast, shard, progress))) return;
  if (next !== undefined) await deps.jobs.enqueue([{ ...job, ...soFar, after: next }], 0);
}
