import type { EnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { enrollLead } from '../../lib/automation/progress.ts';
import type { BroadcastStore } from '../../lib/campaigns/broadcast-store.ts';
import type { MemberStore } from '../../lib/campaigns/member-store.ts';
import { isTextedByAnother } from '../../lib/campaigns/same-number.ts';
import type { Configuration } from '../../lib/configuration/configuration.ts';
import type { EnrollJob } from '../../lib/jobs/job.ts';
import type { JobQueue } from '../../lib/jobs/job-queue.ts';
import type { LeadStore } from '../../lib/leads/lead-store.ts';

export interface EnrollMembersDeps {
  readonly configuration: Pick<Configuration, 'automation'>;
  readonly broadcasts: Pick<BroadcastStore, 'get' | 'storeProgress'>;
  readonly members: Pick<MemberStore, 'ofShard' | 'getMany'>;
  readonly leads: Pick<LeadStore, 'get' | 'leadsWithNumber'>;
  readonly enrollments: Pick<EnrollmentStore, 'add'>;
  readonly jobs: JobQueue;
  readonly now: () => Date;
}

const PAGE = 100;

/**
 * Enrols one page of a shard's members in a broadcast and queues the next page.
 *
 * A page that is delivered twice enrols and counts nobody twice. The job ends when another worker is already further. The
 * keyword of the campaign (T5) is checked by the gate, not here.
 */
export async function runEnrollJob(deps: EnrollMembersDeps, job: EnrollJob): Promise<void> {
  const { campaignId, shard } = job;
  const broadcast = await deps.broadcasts.get(campaignId, job.broadcast);
  const automation = broadcast && (await deps.configuration.automation(broadcast.automationId));
  // The broadcast was stopped: nobody else is enrolled.
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
  const countOf = (kind: 'enrolled' | 'sameNumber') => outcomes.filter((outcome) => outcome === kind).length;
  const soFar = {
    seen: job.seen + outcomes.length,
    enrolled: job.enrolled + countOf('enrolled'),
    sameNumber: job.sameNumber + countOf('sameNumber'),
  };
  const { next } = page;
  const progress = { ...soFar, done: next === undefined };
  if (!(await deps.broadcasts.storeProgress(campaignId, job.broadcast, shard, progress))) return;
  if (next !== undefined) await deps.jobs.enqueue([{ ...job, ...soFar, after: next }], 0);
}
