import type { MiddlewareObj } from '@middy/core';
import { RequestProblem } from '../http/route.ts';
import type { MetricName } from '../telemetry/metrics.ts';
import { countOutcomes, describeError, logger } from '../telemetry/telemetry.ts';
import { ChangeFailed } from './change-failed.ts';

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
      if (error instanceof RequestProblem && error.status < 500) return;
      logger.error(message, describe(error));
      countOutcomes({ [metric]: 1 });
    },
  };
}

function describe(error: unknown): Record<string, unknown> {
  if (error instanceof RequestProblem)
    return { name: 'RequestProblem', reason: error.title, status: error.status };
  if (!(error instanceof ChangeFailed)) return describeError(error);
  return { sequenceNumber: error.sequenceNumber, ...describeError(error.cause) };
}
