import { randomUUID } from 'node:crypto';
import type { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { type Admin, adminRequest, loadAdmin } from './admin.ts';
import type { BenchOrganization } from './bench-organization.ts';
import { atLeast, atMost, type Figure, raw } from './figure.ts';
import { watchHeap } from './heap.ts';
import { numberOf } from './people.ts';
import { type Recording, recordTransaction, requestsFor } from './replay.ts';
import { startClock } from './spent.ts';

/** The most rows that a request may have, and how many numbers the handler writes to at the same time. */
const ROWS_PER_REQUEST = 1000;
const AT_ONCE = 16;
/** Requests that are compared with raw ones, spread over all of them. */
const COMPARED = 20;
/** An index far from those of the numbers that other code of this process makes. */
const FIRST_NUMBER = 30_000_000;
const WORDING =
  'You agree to get recurring automated texts from Acme Windows at this number. Reply STOP to end.';

/**
 * Times the import of rows with evidence through the API, request after request, beside the registry's own transactions alone,
 * for as many other numbers at the same concurrency.
 */
export async function measureImports(
  bench: BenchOrganization,
  rows: number,
  progress: (line: string) => void,
): Promise<Figure[]> {
  const admin = await loadAdmin();
  const client = createDocumentClient();
  let next = FIRST_NUMBER;
  const numbers = (count: number) => Array.from({ length: count }, () => numberOf(next++));
  const one = { leadId: randomUUID(), number: numberOf(next++) };
  const recordings = await recordTransaction(one, () => importRows(admin, [one.number]));
  await importRows(admin, numbers(ROWS_PER_REQUEST));

  const requests = Math.ceil(rows / ROWS_PER_REQUEST);
  const every = Math.max(1, Math.floor(requests / COMPARED));
  const spent = { requests: 0, all: 0, compared: 0, raw: 0, comparedRows: 0 };
  const heaps: number[] = [];
  const { stop, peak } = watchHeap();
  for (let request = 0; request < requests; request++) {
    if (request % Math.ceil(requests / 5) === 0)
      progress(`${request * ROWS_PER_REQUEST} of ${rows} rows imported`);
    const count = Math.min(ROWS_PER_REQUEST, rows - request * ROWS_PER_REQUEST);
    bench.requests.reset();
    const seconds = await importRows(admin, numbers(count));
    spent.all += seconds;
    spent.requests += bench.requests.counts().dynamodb;
    heaps.push(peak());
    if (request % every > 0) continue;
    spent.compared += seconds;
    spent.comparedRows += count;
    spent.raw += await rawRows(client, recordings, numbers(count));
  }
  stop();
  const early = heaps[Math.floor(heaps.length / 10)] ?? 0;
  return [
    raw(`import of ${rows} rows with evidence, ${ROWS_PER_REQUEST} a request`, rows / spent.all, 'rows/s'),
    raw("the registry's transactions alone", spent.comparedRows / spent.raw, 'rows/s'),
    atLeast("import against the registry's transactions", spent.raw / spent.compared, 'x', 0.7),
    raw('import: DynamoDB requests per row', spent.requests / rows, 'requests'),
    raw('import: most of the heap in use', heaps.at(-1) ?? 0, 'MiB'),
    atMost('import: heap after all rows against that after a tenth', (heaps.at(-1) ?? 0) / early, 'x', 1.2),
  ];
}

/** Imports one row for each number. @returns seconds. @throws Error unless every row was recorded. */
async function importRows(admin: Admin, numbers: readonly string[]): Promise<number> {
  const lines = numbers.map((number, row) => `${number},2026-03-03,on paper,scan ${row},"${WORDING}"`);
  const body = ['number,date,method,proof,wording', ...lines].join('\n');
  const request = adminRequest('POST', '/imports', { body, contentType: 'text/csv' });
  const clock = startClock();
  const { statusCode, body: answer } = await admin(request);
  const { seconds } = clock();
  const { counts } = JSON.parse(answer) as { counts?: { recorded: number } };
  if (statusCode === 200 && counts?.recorded === numbers.length) return seconds;
  throw new Error(`An import was answered ${statusCode}: ${JSON.stringify(counts)}`);
}

/** Sends the transactions alone. They are built before the clock starts, so that it times the SDK, the wire and the engine. */
async function rawRows(
  client: ReturnType<typeof createDocumentClient>,
  recordings: readonly Recording[],
  numbers: readonly string[],
): Promise<number> {
  const requests = numbers
    .flatMap((number) => requestsFor(recordings, 0, { leadId: randomUUID(), number }))
    .values();
  const clock = startClock();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const request of requests) await client.send(request as TransactWriteCommand);
    }),
  );
  return clock().seconds;
}
