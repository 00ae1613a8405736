import * as z from 'zod';
import { inChunks } from '../runtime/chunks.ts';
import {
  API_VERSION,
  createSession,
  type SalesforceSession,
  type SalesforceSessionOptions,
} from './connection.ts';
import {
  descriptionSchema,
  type ObjectDescription,
  problemOf,
  type QueryOutcome,
  type RecordUpdate,
  type Row,
  rowSchema,
  type Salesforce,
  SalesforceProblem,
  type UpdateOutcome,
} from './salesforce.ts';

/** Salesforce's limits on one call. */
const MAXIMUM_QUERIES_PER_CALL = 5;
const MAXIMUM_RECORDS_PER_CALL = 200;
/** Limit of pages of 2,000 records. No look-up finds nearly as many, so a longer answer is a fault. */
const MAXIMUM_PAGES = 100;

const pageSchema = z.object({ records: z.array(rowSchema), nextRecordsUrl: z.string().optional() });
const errorsSchema = z.array(z.object({ errorCode: z.string() })).min(1);
const compositeSchema = z.object({
  compositeResponse: z.array(z.object({ httpStatusCode: z.int(), body: z.unknown() })),
});
const savesSchema = z.array(
  z.object({ success: z.boolean(), errors: z.array(z.object({ statusCode: z.string() })) }),
);
const limitsSchema = z.object({ DailyApiRequests: z.object({ Max: z.int(), Remaining: z.int() }) });

/** Codes of queries that do not fit the object's description any more. They say nothing about Salesforce's health. */
const STALE = new Set(['INVALID_FIELD', 'INVALID_TYPE', 'INVALID_QUERY_FILTER_OPERATOR']);

/** Creates a client of Salesforce's REST API. Queries go into composite requests, because they are too long for a URL. */
export function createSalesforce(options: SalesforceSessionOptions): Salesforce {
  const session = createSession(options);
  return {
    describe: (object) => describe(session, object),
    query: (statements) => query(session, statements),
    update: (updates) => update(session, updates),
    limits: async () => {
      const answer = await session.call({ method: 'GET', path: '/limits', readsOnly: true });
      const { Max, Remaining } = limitsSchema.parse(answer).DailyApiRequests;
      return { used: Max - Remaining, limit: Max };
    },
    usage: session.usage,
  };
}

async function describe({ call }: SalesforceSession, object: string): Promise<ObjectDescription | undefined> {
  const path = `/sobjects/${encodeURIComponent(object)}/describe`;
  try {
    return descriptionSchema.parse(await call({ method: 'GET', path, readsOnly: true }));
  } catch (error) {
    if (error instanceof SalesforceProblem && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

async function query(session: SalesforceSession, statements: readonly string[]): Promise<QueryOutcome[]> {
  const outcomes: QueryOutcome[] = [];
  for (const few of inChunks(statements, MAXIMUM_QUERIES_PER_CALL)) {
    const compositeRequest = few.map((statement, index) => ({
      method: 'GET',
      url: `/services/data/v${API_VERSION}/query?q=${encodeURIComponent(statement)}`,
      referenceId: `query${index}`,
    }));
    const body = { allOrNone: false, compositeRequest };
    const answer = await session.call({ method: 'POST', path: '/composite', body, readsOnly: true });
    for (const { httpStatusCode, body: part } of compositeSchema.parse(answer).compositeResponse) {
      outcomes.push(httpStatusCode === 200 ? { rows: await everyPage(session, part) } : refusalOf(part));
    }
  }
  return outcomes;
}

async function everyPage({ call }: SalesforceSession, first: unknown): Promise<Row[]> {
  let page = pageSchema.parse(first);
  const rows = [...page.records];
  for (let pages = 1; page.nextRecordsUrl !== undefined; pages++) {
    if (pages === MAXIMUM_PAGES) throw new SalesforceProblem('unavailable', 'too many pages');
    page = pageSchema.parse(await call({ method: 'GET', path: page.nextRecordsUrl, readsOnly: true }));
    rows.push(...page.records);
  }
  return rows;
}

/** @throws SalesforceProblem unless the query itself was refused. */
function refusalOf(body: unknown): QueryOutcome {
  const [error] = errorsSchema.parse(body);
  if (error && STALE.has(error.errorCode)) return { refused: error.errorCode };
  throw problemOf(error?.errorCode);
}

async function update(
  { call }: SalesforceSession,
  updates: readonly RecordUpdate[],
): Promise<UpdateOutcome[]> {
  const outcomes: UpdateOutcome[] = [];
  for (const few of inChunks(updates, MAXIMUM_RECORDS_PER_CALL)) {
    const records = few.map(({ object, id, fields }) => ({ attributes: { type: object }, id, ...fields }));
    const answer = await call({
      method: 'PATCH',
      path: '/composite/sobjects',
      body: { allOrNone: false, records },
      readsOnly: false,
    });
    for (const { success, errors } of savesSchema.parse(answer)) {
      outcomes.push(success ? { ok: true } : { ok: false, code: errors[0]?.statusCode ?? 'UNKNOWN' });
    }
  }
  return outcomes;
}
