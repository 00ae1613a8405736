import { SalesforceError } from './errors.ts';
import { kindOf, type RestAnswer, type RestApi, type RestRequest, respondToRequest } from './rest-api.ts';

interface SubRequest {
  readonly method: string;
  readonly url: string;
  readonly referenceId: string;
  readonly body?: unknown;
}

/** Salesforce's own limits on one composite request. */
const MAXIMUM_REQUESTS = 25;
const MAXIMUM_QUERIES = 5;

/** Answers `POST /composite`: it runs sub-requests one after another, each with its own status. They count as one call. */
export function runComposite(api: RestApi, request: RestRequest): RestAnswer {
  const { compositeRequest: parts } = JSON.parse(request.body) as { compositeRequest: SubRequest[] };
  if (parts.length > MAXIMUM_REQUESTS) {
    throw new SalesforceError(
      400,
      'LIMIT_EXCEEDED',
      `The limit of ${MAXIMUM_REQUESTS} sub-requests was exceeded`,
    );
  }
  const queries = parts.filter(({ url }) => /\/query|\/composite\/sobjects/.test(url));
  if (queries.length > MAXIMUM_QUERIES) {
    throw new SalesforceError(400, 'LIMIT_EXCEEDED', `The limit of ${MAXIMUM_QUERIES} queries was exceeded`);
  }
  return {
    status: 200,
    body: { compositeResponse: parts.map((part) => answerOf(api, request.version, part)) },
  };
}

function answerOf(api: RestApi, version: string, { method, url, referenceId, body }: SubRequest): object {
  const base = `/services/data/v${version}`;
  const parsed = new URL(url, 'http://stand-in');
  const shape = (status: number, answer: unknown) => ({
    body: answer ?? null,
    httpHeaders: {},
    httpStatusCode: status,
    referenceId,
  });
  try {
    if (!parsed.pathname.startsWith(base)) throw new SalesforceError(404, 'NOT_FOUND', 'Unknown version');
    const sub = {
      method,
      path: parsed.pathname.slice(base.length),
      query: parsed.searchParams,
      body: JSON.stringify(body ?? {}),
      version,
    };
    if (kindOf(sub) === 'composite')
      throw new SalesforceError(400, 'INVALID_INPUT', 'Composite in composite');
    const answer = respondToRequest(api, sub);
    return shape(answer.status, answer.body);
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error;
    return shape(error.status, error.body);
  }
}
