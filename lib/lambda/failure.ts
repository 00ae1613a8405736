import type { MiddlewareObj } from '@middy/core';
import { RequestProblem } from '../runtime/problem.ts';
import type { MetricName } from '../telemetry/metrics.ts';
import { countOutcomes, describeError, logger } from '../telemetry/telemetry.ts';

/** The log message and the count of a function's failures. */
export interface Failure {
  /** The log message: a sentence that says what failed. */
  readonly message: string;
  /** The count that an alarm watches. */
  readonly metric: MetricName;
}

/**
 * Logs and counts an error once. A problem below 500 is the caller's error and is skipped.
 *
 * It comes after the middleware that may answer the error, since `onError` runs in reverse. An unanswered error is thrown, and Lambda's
 * own `Errors` counts it too.
 */
export function failure({ message, metric }: Failure): MiddlewareObj {
  return {
    onError: ({ error }) => {
      const problem = error instanceof RequestProblem ? error.problem : undefined;
      if (problem && problem.status < 500) return;
      logger.error(
        message,
        problem ? { reason: problem.title, status: problem.status } : describeError(error),
      );
      countOutcomes({ [metric]: 1 });
    },
  };
}
