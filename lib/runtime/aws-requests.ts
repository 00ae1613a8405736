/**
 * How every client of AWS asks: a request that has had no answer for two seconds is given up and made again, by the SDK,
 * four times in all where it is DynamoDB, so that even then a webhook answers within its ten seconds. Its own default waits for ever: one connection that went silent would hold a worker until its
 * function's time-out, and a webhook until its caller has given up.
 *
 * Repeating is safe: transactions carry a token, and every other write of ours has a condition or the same effect twice.
 */
export const AWS_REQUESTS = {
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
} as const;
