import type { AddOptInsJob, EnrollJob, WakeJob } from '../../lib/jobs/job.ts';
import type { JobQueue } from '../../lib/jobs/job-queue.ts';
import type { Settings } from '../../lib/organization/settings.ts';
import { ALL_SHARDS } from '../../lib/tables/outreach.ts';

export interface StartJobsDeps {
  readonly jobs: JobQueue;
}

/** The second pass finds texts that were held under the old settings while the first one read the index. */
const SECOND_PASS_SECONDS = 120;

/** Queues one wake job per shard, twice: at once, and later for the texts that were held meanwhile. */
export async function startWaking(
  { jobs }: StartJobsDeps,
  filter: Pick<WakeJob, 'reasons' | 'automationId'>,
): Promise<void> {
  const pages = ALL_SHARDS.map((shard): WakeJob => ({ shard, ...filter }));
  await jobs.enqueue(pages, 0);
  await jobs.enqueue(pages, SECOND_PASS_SECONDS);
}

/** Queues one job per shard that enrolls the members of a new broadcast (T5). The shards run side by side. */
export async function startEnrolling(
  { jobs }: StartJobsDeps,
  { campaignId, broadcast }: Pick<EnrollJob, 'campaignId' | 'broadcast'>,
): Promise<void> {
  const first = { job: 'enroll', campaignId, broadcast, seen: 0, enrolled: 0, sameNumber: 0 } as const;
  await jobs.enqueue(
    ALL_SHARDS.map((shard): EnrollJob => ({ ...first, shard })),
    0,
  );
}

/** Queues the job that adds a keyword's opt-ins to a campaign, when an admin chose "Add Opt-Ins" (T6). */
export async function startAddingOptIns(
  { jobs }: StartJobsDeps,
  { campaignId, run }: Pick<AddOptInsJob, 'campaignId' | 'run'>,
): Promise<void> {
  await jobs.enqueue([{ job: 'addOptIns', campaignId, run, seen: 0, added: 0 }], 0);
}

/** Queues, when `twilioConsentApi` was switched on, the jobs that sync every number whose texts wait for Twilio's list (X9). */
export async function startBackfillSync(
  { jobs }: StartJobsDeps,
  before: Pick<Settings, 'twilioConsentApi'>,
  after: Pick<Settings, 'twilioConsentApi'>,
): Promise<void> {
  if (before.twilioConsentApi || !after.twilioConsentApi) return;
  await jobs.enqueue(
    ALL_SHARDS.map((shard) => ({ job: 'backfillSync' as const, shard })),
    0,
  );
}
