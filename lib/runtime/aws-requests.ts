/**
 * Sets the timeouts of all AWS clients: 1 s to connect, 2 s per request. The SDK retries; its DynamoDB client tries four times in
 * all, so a webhook still answers within its 10 s. Without these limits the SDK waits forever, and one silent connection holds a
 * worker until its function's timeout.
 *
 * Retries are safe: a transaction carries a token, and every other write has a condition or the same effect when repeated.
 */
export const AWS_REQUESTS = {
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
} as const;
