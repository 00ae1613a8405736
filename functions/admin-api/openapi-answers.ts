import * as z from 'zod';
import { gatewayMessageSchema, problemSchema } from '../../lib/runtime/problem-schema.ts';

const problemExample = {
  type: 'about:blank',
  title: 'Not allowed',
  status: 403,
  detail: 'This takes the group admin; your token has agent.',
};
const tooManyExample = {
  type: 'about:blank',
  title: 'Too many submissions',
  status: 429,
  detail: 'This form takes 600 submissions a minute. Nothing was stored: send it again in 20 seconds.',
};
const problem = { schema: problemSchema, example: problemExample };
const html = { schema: z.string() };

function message(example: string) {
  return { 'application/json': { schema: gatewayMessageSchema, example: { message: example } } };
}

/** API Gateway rejects the request: its token is missing, expired or of another issuer. */
const unauthorized = {
  id: 'Unauthorized',
  description: 'API Gateway: the token is missing, expired or of another issuer.',
  headers: z.object({ 'www-authenticate': z.string().optional() }),
  content: message('Unauthorized'),
};

const tooManyRequests = {
  id: 'TooManyRequests',
  description: 'API Gateway: more requests than the route takes in a second. Wait a second and try again.',
  content: message('Too Many Requests'),
};

/** Two senders give this answer: API Gateway for the route, and the function for one form. */
const tooManySubmissions = {
  id: 'TooManySubmissions',
  description:
    'There are more submissions than the form or the route takes. The answer for a form says when to try again.',
  headers: z.object({ 'retry-after': z.string().optional() }),
  content: {
    'application/problem+json': { schema: problemSchema, example: tooManyExample },
    'text/html': html,
    ...message('Too Many Requests'),
  },
};

const failed = {
  id: 'Failed',
  description:
    'The answer says what went wrong and what to do. As application/json it comes from API Gateway itself, such as 503 when a function does not answer.',
  content: { 'application/problem+json': problem, ...message('Service Unavailable') },
};

const failedAsPage = {
  id: 'FailedAsPage',
  description: `${failed.description} A browser gets a page.`,
  content: { ...failed.content, 'text/html': html },
};

/** The failure responses of an operation behind a token. */
export const tokenFailures = { '401': unauthorized, '429': tooManyRequests, default: failed };

/**
 * Lists the failure responses of a public operation.
 *
 * @param pages the statuses that a browser gets as a page.
 */
export function publicFailures(pages: readonly number[] = []) {
  return {
    ...Object.fromEntries(pages.map((status) => [status, failedAsPage])),
    '429': pages.length > 0 ? tooManySubmissions : tooManyRequests,
    default: failed,
  };
}
