import { carrierListJobSchema } from '../../lib/sender/carrier-list.ts';
import { keepInStep, type StepDeps, type StepOutcome } from './sync-consent.ts';

export interface JobsTaken {
  /** Message ids of the records that go back to the queue. */
  readonly failed: readonly string[];
  readonly outcomes: readonly StepOutcome[];
  /** Why all of them go back, where Twilio took nothing. */
  readonly error?: unknown;
}

/** Works off some records of the queue of consents that Twilio may not know of, with one call for all of them. */
export async function takeJobs(
  deps: StepDeps,
  records: readonly { readonly messageId: string; readonly body: string }[],
): Promise<JobsTaken> {
  const jobs = records.map(({ messageId, body }) => {
    return { messageId, number: carrierListJobSchema.parse(JSON.parse(body)).number };
  });
  try {
    const outcomes = await keepInStep(
      deps,
      jobs.map(({ number }) => number),
    );
    const failed = jobs.filter(({ number }) => outcomes.get(number) === 'unsettled');
    return { failed: failed.map(({ messageId }) => messageId), outcomes: [...outcomes.values()] };
  } catch (error) {
    // Twilio is out of reach or refuses us altogether: every record comes again, and ends with the dead letters.
    return { failed: jobs.map(({ messageId }) => messageId), outcomes: [], error };
  }
}
