import { loggableSubmission } from '../../lib/consent/origin.ts';
import type { SubmissionStore } from '../../lib/forms/submission-store.ts';
import { type IntakeDeps, takeInLead } from '../../lib/intake/intake.ts';
import { logger } from '../../lib/telemetry/telemetry.ts';

export interface FinishDeps extends IntakeDeps {
  readonly submissions: SubmissionStore;
}

/** Longer than a webhook call can last: a submission that is still open after that was left by a crash. */
const GRACE_SECONDS = 60;

/**
 * Finishes the submissions that were stored and not processed to the end (X5).
 *
 * @returns the number of finished submissions.
 * @throws AggregateError after all were tried, when some could not be finished.
 */
export async function finishSubmissions(deps: FinishDeps, hasTime: () => boolean): Promise<number> {
  const before = new Date(deps.now().getTime() - GRACE_SECONDS * 1000).toISOString();
  const errors: unknown[] = [];
  let finished = 0;
  for (const submission of await deps.submissions.unprocessedBefore(before)) {
    if (!hasTime()) break;
    try {
      const leadId = await takeInLead(deps, submission);
      logger.info('A submission was finished', {
        submission: loggableSubmission(submission.submissionId),
        formId: submission.formId,
        leadId,
      });
      finished++;
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0)
    throw new AggregateError(errors, `${errors.length} submissions could not be finished`);
  return finished;
}
