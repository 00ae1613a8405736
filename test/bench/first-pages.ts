import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { type Admin, adminRequest } from './admin.ts';
import { atMost, type Figure, raw } from './figure.ts';
import { CAMPAIGN, PROJECT, TEXTER } from './outreach-copies.ts';
import { KEYWORD } from './registry-copies.ts';
import { quantile, startClock } from './spent.ts';

const ROUNDS = 25;
const number = encodeURIComponent(TEXTER);

/** Every list of the admin API, by each kind of filter. The first page must have rows unless `isEmpty`. */
const LISTS: readonly { readonly path: string; readonly isEmpty?: true }[] = [
  { path: '/consents' },
  { path: '/consents?sort=number' },
  { path: '/consents?status=opted_out' },
  { path: '/consents?prefix=%2B1303' },
  { path: '/consents?source=form' },
  { path: '/consents?from=2025-01-06&to=2025-02-06' },
  { path: `/consents?keyword=${KEYWORD}` },
  { path: '/consents?optInRequest=accepted', isEmpty: true },
  { path: '/do-not-contact' },
  { path: '/do-not-contact?prefix=303' },
  { path: `/keywords/${KEYWORD}/opt-ins` },
  { path: '/keywords' },
  { path: '/leads' },
  { path: `/leads?number=${number}` },
  { path: '/conversations' },
  { path: `/conversations?project=${PROJECT}` },
  { path: '/conversations?review=true' },
  { path: `/numbers/${number}/messages` },
  { path: `/numbers/${number}/consent/events` },
  { path: '/campaigns' },
  { path: `/campaigns/${CAMPAIGN}/members` },
  { path: `/campaigns/${CAMPAIGN}/broadcasts` },
  { path: `/campaigns/${CAMPAIGN}/broadcasts/1/outcomes`, isEmpty: true },
  { path: '/automations' },
  { path: '/forms', isEmpty: true },
  { path: '/drift', isEmpty: true },
  { path: '/drift/2026-11-20T15:00:00.000Z/findings', isEmpty: true },
];

export interface FirstPage {
  readonly path: string;
  readonly queries: number;
  /** Other requests, which read once for the whole page. */
  readonly others: number;
  readonly milliseconds: number;
  /** Milliseconds of the page's largest query alone. */
  readonly queryMilliseconds: number;
}

/** Reads the first page of every list: counts its requests, and times it beside its largest query alone. */
export async function readFirstPages(admin: Admin, numbers: number): Promise<FirstPage[]> {
  const pages: FirstPage[] = [];
  for (const { path, isEmpty } of LISTS) {
    const sent = await recordDynamoDbRequests(() => readFirstPage(admin, path, isEmpty));
    const queries = sent.filter(({ command }) => command instanceof QueryCommand);
    const [largest] = queries.toSorted((one, other) => other.items - one.items);
    if (!largest) throw new Error(`GET ${path} with ${numbers} numbers made no query`);
    const times: number[] = [];
    const raws: number[] = [];
    const client = createDocumentClient();
    for (let round = 0; round < ROUNDS; round++) {
      times.push(await readFirstPage(admin, path, isEmpty));
      const clock = startClock();
      await client.send(new QueryCommand(structuredClone(largest.input)));
      raws.push(clock().seconds * 1000);
    }
    pages.push({
      path,
      queries: queries.length,
      others: sent.length - queries.length,
      milliseconds: quantile(times, 0.5),
      queryMilliseconds: quantile(raws, 0.5),
    });
  }
  return pages;
}

/** Compares first pages. @param small of a small registry. @param large of a large one. */
export function firstPageFigures(small: readonly FirstPage[], large: readonly FirstPage[]): Figure[] {
  const most = (of: (page: FirstPage) => number) => Math.max(...large.map(of));
  const ratio = ({ milliseconds, queryMilliseconds }: FirstPage) => milliseconds / queryMilliseconds;
  const growth = large.map((page, index) => page.milliseconds / (small[index]?.milliseconds ?? Number.NaN));
  return [
    ...large.flatMap((page) => [
      raw(`GET ${page.path}: queries`, page.queries, 'requests'),
      raw(`GET ${page.path}: other requests`, page.others, 'requests'),
      raw(`GET ${page.path}: median`, page.milliseconds, 'ms'),
      raw(`GET ${page.path}: one of its queries alone`, page.queryMilliseconds, 'ms'),
    ]),
    atMost(
      'first page of a list, the most queries',
      most(({ queries }) => queries),
      'queries',
      3,
    ),
    atMost(
      'first page of a list, the most other requests',
      most(({ others }) => others),
      'requests',
      4,
    ),
    raw('first page of a list against one of its queries, the most', most(ratio), 'x'),
    atMost(
      'first page of a list against one of its queries, median',
      quantile(large.map(ratio), 0.5),
      'x',
      3,
    ),
    atMost(
      'first page of a list against that with a tenth of the numbers, median',
      quantile(growth, 0.5),
      'x',
      1.2,
    ),
    raw('first page of a list against that with a tenth of the numbers, the most', Math.max(...growth), 'x'),
  ];
}

/** Reads a list's first page. @returns milliseconds. @throws Error for a failure, or a page without rows that must have some. */
async function readFirstPage(admin: Admin, path: string, isEmpty = false): Promise<number> {
  const clock = startClock();
  const { statusCode, body } = await admin(adminRequest('GET', path));
  const milliseconds = clock().seconds * 1000;
  const rows = Object.values(JSON.parse(body) as object).find(Array.isArray) ?? [];
  if (statusCode === 200 && (isEmpty || rows.length > 0)) return milliseconds;
  throw new Error(`GET ${path} was answered ${statusCode} with ${rows.length} rows: ${body.slice(0, 200)}`);
}

interface SentRequest {
  readonly command: unknown;
  readonly input: QueryCommand['input'];
  readonly items: number;
}

/** Records every DynamoDB request of this process while `work` runs. */
async function recordDynamoDbRequests(work: () => Promise<unknown>): Promise<SentRequest[]> {
  const client: { send: unknown } = DynamoDBDocumentClient.prototype;
  const original = client.send as (...given: unknown[]) => Promise<{ Items?: unknown[] }>;
  const sent: SentRequest[] = [];
  client.send = async function (this: unknown, command: QueryCommand, ...more: unknown[]) {
    // The SDK rewrites a command's input while it sends it: this keeps the original.
    const input = structuredClone(command.input);
    const answer = await original.call(this, command, ...more);
    sent.push({ command, input, items: answer.Items?.length ?? 0 });
    return answer;
  };
  try {
    await work();
    return sent;
  } finally {
    client.send = original;
  }
}
