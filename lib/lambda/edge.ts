/**
 * Middy's options for every handler: middy must not answer before a time-out.
 *
 * Lambda ends an invocation that is out of time, and counts it in `Errors`. Middy would answer a little earlier, and its work would go on
 * in the next invocation of the same process.
 */
export const EDGE = { timeoutEarlyInMillis: 0 } as const;

/** An event of any trigger. Only API Gateway's events have a request context. */
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
