import { describeGlobal, describeObject } from './describe.ts';
import { malformedQuery, notFound, rowLocked, SalesforceError } from './errors.ts';
import type { Faults, RequestKind } from './faults.ts';
import { fieldOf, type Org } from './org.ts';
import { type QueryResult, runQuery } from './soql.ts';
import { runSearch } from './sosl.ts';

export interface RestApi {
  readonly org: Org;
  readonly faults: Faults;
  /** Rows per page of a query's answer. */
  readonly queryBatchSize: number;
  /** The remaining rows of queries that had more than one page. */
  readonly cursors: Map<string, QueryResult['records']>;
  readonly usage: () => { readonly used: number; readonly limit: number };
}

export interface RestRequest {
  readonly method: string;
  /** The path after `/services/data/vXX.0`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly version: string;
}

export interface RestAnswer {
  readonly status: number;
  readonly body?: unknown;
}

const RECORD = /^\/sobjects\/(\w+)\/([a-zA-Z0-9]{15,18})$/;
const DESCRIBE = /^\/sobjects\/(\w+)\/describe\/?$/;
const NEXT_PAGE = /^\/query\/([\w-]+)$/;
const MAXIMUM_RECORDS = 200;

/** Returns the kind of a request, which a fault names to hit it. */
export function kindOf({ method, path }: Pick<RestRequest, 'method' | 'path'>): RequestKind {
  if (DESCRIBE.test(path) || path === '/sobjects') return 'describe';
  if (path.startsWith('/query')) return 'query';
  if (path.startsWith('/search')) return 'search';
  if (path === '/composite') return 'composite';
  if (path === '/limits') return 'limits';
  return method === 'PATCH' ? 'update' : 'other';
}

/** Answers one request, or one sub-request of a composite one. @throws SalesforceError. */
export function respondToRequest(api: RestApi, request: RestRequest): RestAnswer {
  const { method, path, query, version } = request;
  const { org } = api;
  if (method === 'GET') {
    const [, described] = DESCRIBE.exec(path) ?? [];
    if (described !== undefined) return { status: 200, body: describeOne(org, described, version) };
    if (path === '/sobjects') return { status: 200, body: describeGlobal(org, version) };
    if (path === '/query' || path === '/query/') return { status: 200, body: firstPage(api, request) };
    const [, cursor] = NEXT_PAGE.exec(path) ?? [];
    if (cursor !== undefined) return { status: 200, body: nextPage(api, cursor, version) };
    if (path === '/search') return { status: 200, body: runSearch(org, query.get('q') ?? '', version) };
    if (path === '/limits') return { status: 200, body: limits(api) };
  }
  if (method === 'PATCH' && path === '/composite/sobjects')
    return { status: 200, body: updateMany(api, request) };
  const [, object, id] = RECORD.exec(path) ?? [];
  if (object !== undefined && id !== undefined) return onRecord(api, request, object, id);
  throw notFound();
}

/** Describes one object. For an unknown object it answers 404, where a query would say INVALID_TYPE. */
function describeOne(org: Org, name: string, version: string): object {
  const isKnown = org.objects().some((definition) => definition.name.toLowerCase() === name.toLowerCase());
  if (!isKnown) throw notFound();
  return describeObject(org.object(name), version);
}

function firstPage(api: RestApi, { query, version }: RestRequest): object {
  const soql = query.get('q');
  if (!soql) throw malformedQuery('A query string has to be specified');
  const { totalSize, records } = runQuery(api.org, soql, version);
  return page(
    api,
    `01g5f0000000${String(api.cursors.size).padStart(6, '0')}`,
    0,
    totalSize,
    records,
    version,
  );
}

function nextPage(api: RestApi, cursor: string, version: string): object {
  const [id = '', offset = '0'] = cursor.split('-');
  const records = api.cursors.get(id);
  if (!records) throw new SalesforceError(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
  return page(api, id, Number(offset), records.length, records, version);
}

function page(
  api: RestApi,
  id: string,
  offset: number,
  totalSize: number,
  records: QueryResult['records'],
  version: string,
): object {
  const end = offset + api.queryBatchSize;
  const done = end >= records.length;
  if (!done) api.cursors.set(id, records);
  return {
    totalSize,
    done,
    ...(!done && { nextRecordsUrl: `/services/data/v${version}/query/${id}-${end}` }),
    records: records.slice(offset, end),
  };
}

function limits({ usage }: RestApi): object {
  const { used, limit } = usage();
  return {
    DailyApiRequests: { Max: limit, Remaining: limit - used },
    DailyBulkApiBatches: { Max: 15_000, Remaining: 15_000 },
    DataStorageMB: { Max: 5, Remaining: 5 },
  };
}

function onRecord(
  { org, faults }: RestApi,
  { method, query, body }: RestRequest,
  object: string,
  id: string,
): RestAnswer {
  const record = org.find(object, id);
  if (method === 'PATCH') {
    if (faults.take('update', 'rowLock')) throw rowLocked();
    org.update(object, id, JSON.parse(body) as Record<string, unknown>);
    return { status: 204 };
  }
  if (method !== 'GET') {
    throw new SalesforceError(405, 'METHOD_NOT_ALLOWED', `HTTP Method '${method}' not allowed.`);
  }
  if (!record) throw notFound();
  const definition = org.object(object);
  const names =
    query.get('fields')?.split(',') ??
    definition.fields.filter(({ hidden }) => !hidden).map(({ name }) => name);
  const fields = names.map((name) => {
    const field = fieldOf(definition, name);
    if (!field)
      throw new SalesforceError(
        400,
        'INVALID_FIELD',
        `No such column '${name}' on sobject of type ${object}`,
      );
    return field;
  });
  return {
    status: 200,
    body: {
      attributes: { type: definition.name, url: `/services/data/sobjects/${definition.name}/${record.Id}` },
      ...Object.fromEntries(
        fields.map(({ name, type }) => [name, record[name] ?? (type === 'boolean' ? false : null)]),
      ),
    },
  };
}

/** Answers `PATCH /composite/sobjects`: it updates up to 200 records, each with its own outcome. */
function updateMany({ org, faults }: RestApi, { body }: RestRequest): object[] {
  const { allOrNone = false, records } = JSON.parse(body) as {
    allOrNone?: boolean;
    records: (Record<string, unknown> & { attributes: { type: string }; id: string })[];
  };
  if (allOrNone) throw new SalesforceError(400, 'INVALID_INPUT', 'The stand-in knows allOrNone: false only');
  if (records.length > MAXIMUM_RECORDS) {
    throw new SalesforceError(
      400,
      'EXCEEDED_ID_LIMIT',
      'record limit reached. cannot submit more than 200 records into this call',
    );
  }
  return records.map(({ attributes, id, ...fields }) => {
    try {
      if (faults.take('update', 'rowLock')) throw rowLocked();
      org.update(attributes.type, id, fields);
      return { id, success: true, errors: [] };
    } catch (error) {
      if (!(error instanceof SalesforceError)) throw error;
      const { errorCode: statusCode, message, fields: named = [] } = error;
      return { id, success: false, errors: [{ statusCode, message, fields: named }] };
    }
  });
}
