import * as z from 'zod';
import type { EnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import type { WaitingEntry, WorkIndex } from '../../lib/automation/work-index.ts';
import type { Configuration } from '../../lib/configuration/configuration.ts';
import type { BackfillSyncJob } from '../../lib/jobs/job.ts';
import type { JobQueue } from '../../lib/jobs/job-queue.ts';
import type { EnqueueSync } from '../../lib/sender/carrier-list-queue.ts';
import type { SingleTextStore } from '../../lib/single-texts/single-text-store.ts';

export interface BackfillSyncDeps {
  readonly configuration: Pick<Configuration, 'settings'>;
  readonly enqueueSync: EnqueueSync;
  readonly enrollments: Pick<EnrollmentStore, 'get'>;
  readonly singleTexts: Pick<SingleTextStore, 'get'>;
  readonly index: Pick<WorkIndex, 'waiting'>;
  readonly jobs: JobQueue;
}

const PAGE = 100;

/**
 * Queues the numbers of one page whose texts wait because Twilio blocks the number, and queues the next page (X9).
 *
 * `sender-admin` reads a number's consent when it works on the number, and may send the same consent twice. A page that is
 * delivered twice therefore does no harm.
 */
export async function runBackfillSyncJob(deps: BackfillSyncDeps, job: BackfillSyncJob): Promise<void> {
  const { twilioConsentApi } = await deps.configuration.settings();
  // The setting was switched off after the job was queued.
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
    const text =
      'singleText' in entry
        ? await singleTexts.get(entry.singleText)
        : await enrollments.get(entry.enrollment);
    return text?.status === 'waiting' && text.reason === 'carrierBlocked';
  } catch (error) {
    // The gate does not send an item that cannot be read.
    if (error instanceof z.ZodError) return false;
    throw error;
  }
}
