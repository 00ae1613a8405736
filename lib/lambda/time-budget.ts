import type { MiddlewareObj } from '@middy/core';
import type { z } from 'zod';

/** An event of a schedule, with the time that is left. */
export interface BudgetedEvent<Input> {
  /** The schedule's input, parsed. */
  readonly input: Input;
  /** Returns false when the work should end, so that enough time is left to store its progress. */
  readonly hasTime: () => boolean;
}

/**
 * Parses a schedule's input, and lets the handler check whether there is time for more work.
 *
 * @param reserveMilliseconds time that is left when `hasTime` turns false.
 */
export function timeBudget<Input>(
  reserveMilliseconds: number,
  schema: z.ZodType<Input>,
): MiddlewareObj<BudgetedEvent<Input>> {
  return {
    before: (request) => {
      const { context } = request;
      request.event = {
        input: schema.parse(request.event),
        hasTime: () => context.getRemainingTimeInMillis() > reserveMilliseconds,
      };
    },
  };
}
