import type { MiddlewareObj } from '@middy/core';
import type { z } from 'zod';

export interface BudgetedEvent<Input> {
  /** What the schedule says. */
  readonly input: Input;
  /** False when the work should end: the rest of the time is for writing down how far it came. */
  readonly hasTime: () => boolean;
}

/**
 * Reads what a schedule says, and tells the handler whether there is time for more work.
 *
 * @param reserveMilliseconds of the function's time that are left when `hasTime` turns false.
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
