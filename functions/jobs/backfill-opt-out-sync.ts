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
