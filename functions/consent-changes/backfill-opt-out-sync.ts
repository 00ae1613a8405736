import * as z from 'zod';
import type { EnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { SHARDS } from '../../lib/automation/work.ts';
import type { WaitingEntry, WorkIndex } from '../../lib/automation/work-index.ts';
import type { Settings } from '../../lib/organization/settings.ts';
import type { OutboxStore } from '../../lib/single-texts/single-text-store.ts';
import type { Jobs } from './jobs.ts';
import type { TellCarrierDeps } from './enqueue-opt-out-sync.ts';

/** One page of telling Twilio of everybody of a shard whose texts wait for its list. */
export const tellWaitingJobSchema = z.object({
  job: z.literal('tellWaiting'),
  shard: z
    .int()
    .min(0)
    .max(SHARDS - 1),
  cursor: z.record(z.string(), z.unknown()).optional(),
});
export type TellWaitingJob = z.infer<typeof tellWaitingJobSchema>;

export interface TellWaitingDeps extends TellCarrierDeps {
  readonly enrollments: Pick<EnrollmentStore, 'get'>;
  readonly outbox: Pick<OutboxStore, 'get'>;
  readonly index: Pick<WorkIndex, 'waiting'>;
  readonly jobs: Jobs;
}

const PAGE = 100;

/** `twilioConsentApi` was switched on: whose texts wait for Twilio's list is told to Twilio, so that they leave (X9). */
export async function startTellingWaiting(
  { jobs }: Pick<TellWaitingDeps, 'jobs'>,
  before: Pick<Settings, 'twilioConsentApi'>,
  after: Pick<Settings, 'twilioConsentApi'>,
): Promise<void> {
  if (before.twilioConsentApi || !after.twilioConsentApi) return;
  const pages = Array.from({ length: SHARDS }, (_, shard) => ({ job: 'tellWaiting' as const, shard }));
  await jobs.enqueue(pages, 0);
}

/**
 * Hands on the numbers of one page whose texts wait for Twilio's list, and the rest of the pages. What Twilio is told of a
 * number is read when it is told, and telling twice is one thing: a page that comes twice does no harm.
 */
export async function runTellWaitingJob(deps: TellWaitingDeps, job: TellWaitingJob): Promise<void> {
  const { twilioConsentApi } = await deps.configuration.settings();
  // Switched off meanwhile.
  if (!twilioConsentApi) return;
  const page = await deps.index.waiting(job.shard, PAGE, job.cursor);
  const blocked = await Promise.all(
    page.entries.map(async (entry) => ((await waitsForCarrier(deps, entry)) ? entry.number : [])),
  );
  for (const number of new Set(blocked.flat())) await deps.enqueueForCarrier({ number });
  if (page.next) await deps.jobs.enqueue([{ ...job, cursor: page.next }], 0);
}

async function waitsForCarrier(
  { enrollments, outbox }: Pick<TellWaitingDeps, 'enrollments' | 'outbox'>,
  entry: WaitingEntry,
): Promise<boolean> {
  try {
    const found =
      'outbox' in entry ? await outbox.get(entry.outbox) : await enrollments.get(entry.enrollment);
    return found?.status === 'waiting' && found.reason === 'carrierBlocked';
  } catch (error) {
    // What nobody can read is not sent either.
    if (error instanceof z.ZodError) return false;
    throw error;
  }
}
