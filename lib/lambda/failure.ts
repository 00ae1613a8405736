import type { MiddlewareObj } from '@middy/core';
import { RequestProblem } from '../runtime/problem.ts';
import type { MetricName } from '../telemetry/metrics.ts';
import { countOutcomes, describeError, logger } from '../telemetry/telemetry.ts';

/** How a function reports that it failed. */
export interface Failure {
  /** What could not be done, as the log says it. */
  readonly message: string;
  /** The count that an alarm watches. */
  readonly metric: MetricName;
}

/**
 * Logs and counts an error once. A problem below 500 is the caller's and no failure.
 *
 * Stands behind the middleware that may answer the error, since `onError` runs in reverse. An error that none answers is thrown, and
 * counted by Lambda's own `Errors` too.
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
