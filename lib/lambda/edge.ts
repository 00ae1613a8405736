/**
 * Middy's options for every handler.
 *
 * Lambda ends an invocation that is out of time, and counts it in `Errors`. Middy would answer a little earlier instead and leave the
 * work running into the next invocation of the same process.
 */
export const EDGE = { timeoutEarlyInMillis: 0 } as const;

/** What an event from API Gateway says of itself; events of queues, streams and schedules have none of it. */
export interface MaybeHttpEvent {
  readonly requestContext?: { readonly requestId?: string } | undefined;
}

type Chain = (event: never, context: never) => unknown;

/** Chooses between two chains of middlewares, for a function that API Gateway and something else call. */
export function byTrigger(chains: { readonly http: Chain; readonly other: Chain }) {
  return (event: MaybeHttpEvent, context: unknown): unknown => {
    const chain = event.requestContext === undefined ? chains.other : chains.http;
    // Middy types a chain by the event that its last middleware leaves, not by the one that Lambda sends.
    return chain(event as never, context as never);
  };
}
