import * as z from 'zod';
import type { EnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import type { WaitingEntry, WorkIndex } from '../../lib/automation/work-index.ts';
import type { Settings } from '../../lib/organization/settings.ts';
import type { SingleTextStore } from '../../lib/single-texts/single-text-store.ts';
import { ALL_SHARDS, SHARDS } from '../../lib/tables/outreach.ts';
import type { OptOutSyncDeps } from './enqueue-opt-out-sync.ts';
import type { Jobs } from './jobs.ts';

/** One page of telling Twilio of everybody of a shard whose texts wait for its list. */
export const backfillSyncJobSchema = z.object({
  job: z.literal('backfillSync'),
  shard: z
    .int()
    .min(0)
    .max(SHARDS - 1),
  cursor: z.record(z.string(), z.unknown()).optional(),
});
export type BackfillSyncJob = z.infer<typeof backfillSyncJobSchema>;

export interface BackfillSyncDeps extends OptOutSyncDeps {
  readonly enrollments: Pick<EnrollmentStore, 'get'>;
  readonly singleTexts: Pick<SingleTextStore, 'get'>;
  readonly index: Pick<WorkIndex, 'waiting'>;
  readonly jobs: Jobs;
}

const PAGE = 100;

/** `twilioConsentApi` was switched on: whose texts wait for Twilio's list is told to Twilio, so that they leave (X9). */
export async function startBackfillSync(
  { jobs }: Pick<BackfillSyncDeps, 'jobs'>,
  before: Pick<Settings, 'twilioConsentApi'>,
  after: Pick<Settings, 'twilioConsentApi'>,
): Promise<void> {
  if (before.twilioConsentApi || !after.twilioConsentApi) return;
  const pages = ALL_SHARDS.map((shard) => ({ job: 'backfillSync' as const, shard }));
  await jobs.enqueue(pages, 0);
}

/**
 * Hands on the numbers of one page whose texts wait for Twilio's list, and the rest of the pages. What Twilio is told of a
 * number is read when it is told, and telling twice is one thing: a page that comes twice does no harm.
 */
export async function runBackfillSyncJob(deps: BackfillSyncDeps, job: BackfillSyncJob): Promise<void> {
  const { twilioConsentApi } = await deps.configuration.settings();
  // Switched off meanwhile.
  if (!twilioConsentApi) return;
  const page = await deps.index.waiting(job.shard, PAGE, job.cursor);
  const blocked = await Promise.all(
    page.entries.map(async (entry) => ((await waitsForCarrier(deps, entry)) ? entry.number : [])),
  );
  for (const number of new Set(blocked.flat())) await deps.enqueueSync({ number });
  if (page.next) await deps.jobs.enqueue([{ ...job, cursor: page.next }], 0);
}

async function waitsForCarrier(
  { enrollments, singleTexts }: Pick<BackfillSyncDeps, 'enrollments' | 'singleTexts'>,
  entry: WaitingEntry,
): Promise<boolean> {
  try {
    const found =
      'singleText' in entry
        ? await singleTexts.get(entry.singleText)
        : await enrollments.get(entry.enrollment);
    return found?.status === 'waiting' && found.reason === 'carrierBlocked';
  } catch (error) {
    // What nobody can read is not sent either.
    if (error instanceof z.ZodError) return false;
    throw error;
  }
}
