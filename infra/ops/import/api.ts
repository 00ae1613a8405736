import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import type { Batch } from './batches.ts';

const answerSchema = z.object({
  rows: z.array(
    z.object({
      row: z.int().positive(),
      number: z.string().optional(),
      outcome: z.enum(['recorded', 'unchanged', 'late', 'invalid']),
      reason: z.string().optional(),
    }),
  ),
});
export type Answered = z.infer<typeof answerSchema>['rows'][number];
const problemSchema = z.object({
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).default([]),
});

export interface Api {
  readonly url: string;
  /** An admin's token. */
  readonly token: string;
  readonly importId: string;
  readonly dryRun: boolean;
  /** Milliseconds before the first retry, 500 when absent. Each further retry waits twice as long. */
  readonly firstPause?: number;
}

/** Ends an import: says why the API accepts no more, and what to do. */
export class Refused extends Error {}

const MAXIMUM_TRIES = 6;
/** API Gateway gives up after half of this. */
const TIMEOUT_MILLISECONDS = 60_000;
const REFUSALS: Readonly<Record<number, string>> = {
  401: 'The token is not accepted: it may have expired. Set SENDGATE_TOKEN to a new one.',
  403: 'The token is not an admin’s. Only admins may import.',
  404: 'There is no API at this URL. Take the output ApiUrl of the stack.',
  413: 'A request was too large for the API.',
};

/**
 * Sends a batch of rows. Tries again after 429, after 5xx and without an answer. A row that was recorded by a request whose
 * answer was lost is `unchanged` in the retry.
 *
 * @returns the outcome of each row.
 * @throws Refused when a retry cannot help, or when the last one failed.
 */
export async function sendRequest(api: Api, batch: Batch): Promise<Answered[]> {
  const pause = api.firstPause ?? 500;
  for (let tried = 1; ; tried++) {
    const answer = await post(api, batch);
    if (answer.status === 200) {
      const rows = answerSchema.safeParse(await answer.body().catch(() => undefined)).data?.rows;
      if (rows?.length === batch.rows) return rows;
      throw new Refused('What answers at this URL is not this API. Take the output ApiUrl of the stack.');
    }
    const isPassing = answer.status === 0 || answer.status === 429 || answer.status >= 500;
    if (!isPassing || tried === MAXIMUM_TRIES) throw new Refused(await reasonOf(answer, tried));
    await wait(answer.retryAfter * 1000 || pause * 2 ** (tried - 1));
  }
}

interface Posted {
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly retryAfter: number;
  readonly body: () => Promise<unknown>;
}

async function post({ url, token, importId, dryRun }: Api, { firstRow, body }: Batch): Promise<Posted> {
  const query = new URLSearchParams({ importId, firstRow: String(firstRow), dryRun: String(dryRun) });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' };
  try {
    const answer = await fetch(`${url.replace(/\/$/, '')}/imports?${query}`, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      retryAfter: Number(answer.headers.get('retry-after') ?? 0) || 0,
      body: async () => JSON.parse(text) as unknown,
    };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return { status: 0, retryAfter: 0, body: async () => ({ detail: String(cause) }) };
  }
}

async function reasonOf({ status, body }: Posted, tried: number): Promise<string> {
  const problem = problemSchema.safeParse(await body().catch(() => undefined)).data;
  const detail = [problem?.detail, ...(problem?.errors ?? []).map(({ message }) => message)]
    .filter(Boolean)
    .join(' ');
  const times = tried > 1 ? ` ${tried} times` : '';
  const what = status === 0 ? `The API did not answer${times}.` : `The API answered ${status}${times}.`;
  return [what, REFUSALS[status], detail].filter(Boolean).join(' ');
}
