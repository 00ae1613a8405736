import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';

/** A function as Lambda calls it. */
export type Invoke<Event, Answer> = (event: Event, context?: Context) => Promise<Answer>;

/** What Lambda says of an invocation. @param milliseconds that are left of its time. */
export function context(milliseconds = 60_000): Context {
  const end = performance.now() + milliseconds;
  return {
    awsRequestId: randomUUID(),
    getRemainingTimeInMillis: () => end - performance.now(),
  } as Context;
}

/** Calls a handler as Lambda does. Middy types a handler by the event that its middlewares leave, not by the one it is called with. */
export function asLambda<Event, Answer>(
  handler: (event: never, context: never) => unknown,
): Invoke<Event, Answer> {
  return async (event, given = context()) => (await handler(event as never, given as never)) as Answer;
}
