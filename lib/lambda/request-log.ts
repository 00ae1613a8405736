import type { MiddlewareObj } from '@middy/core';
import { loggableError, logger } from '../telemetry/telemetry.ts';
import type { MaybeHttpEvent } from './edge.ts';

/**
 * Writes the ids of the request into every log line: `requestId` is Lambda's, `apiRequestId` API Gateway's.
 *
 * It is the first middleware of each chain. It removes the content of an error that no other middleware answered, because Lambda logs
 * all of an error that a function throws.
 */
export function requestLog(): MiddlewareObj<MaybeHttpEvent> {
  return {
    before: ({ event, context }) => {
      logger.resetKeys();
      const apiRequestId = event.requestContext?.requestId;
      logger.appendKeys({ requestId: context.awsRequestId, ...(apiRequestId && { apiRequestId }) });
    },
    onError: (request) => {
      request.error = loggableError(request.error);
    },
  };
}
