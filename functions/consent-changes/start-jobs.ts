import type { AddOptInsJob, EnrollJob, WakeJob } from '../../lib/jobs/job.ts';
import type { JobQueue } from '../../lib/jobs/job-queue.ts';
import type { Settings } from '../../lib/organization/settings.ts';
import { ALL_SHARDS } from '../../lib/tables/outreach.ts';

export interface StartJobsDeps {
  readonly jobs: JobQueue;
}

/** The second pass finds texts that were held under the old settings while the first one read the index. */
const SECOND_PASS_SECONDS = 120;

/** Wakes everybody who is meant: now, and once more for those held meanwhile. */
export async function startWaking(
  { jobs }: StartJobsDeps,
  meant: Pick<WakeJob, 'reasons' | 'automationId'>,
): Promise<void> {
  const pages = ALL_SHARDS.map((shard): WakeJob => ({ shard, ...meant }));
  await jobs.enqueue(pages, 0);
  await jobs.enqueue(pages, SECOND_PASS_SECONDS);
}

/** Enrols the members of a broadcast that began (T5), shard by shard and side by side. */
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

/** Adds opt-ins to a campaign, as somebody asked with "Add Opt-Ins" (T6). */
export async function startAddingOptIns(
  { jobs }: StartJobsDeps,
  { campaignId, run }: Pick<AddOptInsJob, 'campaignId' | 'run'>,
): Promise<void> {
  await jobs.enqueue([{ job: 'addOptIns', campaignId, run, seen: 0, added: 0 }], 0);
}

/** Tells Twilio of every number whose texts wait for its list, when `twilioConsentApi` was switched on (X9). */
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
