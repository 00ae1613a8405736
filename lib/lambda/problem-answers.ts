import type { MiddlewareObj } from '@middy/core';
import {
  type HttpAnswer,
  isProblem,
  type Problem,
  problemAnswer,
  RequestProblem,
} from '../runtime/problem.ts';
import type { MaybeHttpEvent } from './edge.ts';

/** The answer of a token route that failed. */
export const INTERNAL_ERROR: Problem = {
  status: 500,
  title: 'Internal error',
  detail: 'Something failed on our side and was logged. Try again in a minute.',
};

/**
 * Answers every error with problem JSON (RFC 9457). It carries the request's id, as API Gateway's access log has it. A problem that the
 * handler returns gets the id too.
 *
 * @param unexpected the answer to any error but a RequestProblem.
 */
export function problemAnswers(unexpected: Problem): MiddlewareObj<MaybeHttpEvent, HttpAnswer> {
  return {
    after: (request) => {
      const { event, context, response } = request;
      if (!response || !isProblem(response)) return;
      const body = JSON.stringify({ ...JSON.parse(response.body), requestId: requestIdOf(event, context) });
      request.response = { ...response, body };
    },
    onError: ({ event, context, error }) => {
      const problem = error instanceof RequestProblem ? error.problem : unexpected;
      return problemAnswer({ ...problem, requestId: requestIdOf(event, context) });
    },
  };
}

function requestIdOf(event: MaybeHttpEvent, context: { readonly awsRequestId: string }): string {
  return event.requestContext?.requestId ?? context.awsRequestId;
}
