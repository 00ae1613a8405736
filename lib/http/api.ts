import * as z from 'zod';
import { type HttpAnswer, jsonAnswer, zodErrors } from '../runtime/problem.ts';
import { type Caller, callerOf } from './caller.ts';
import { RequestProblem, type RouteAnswer, type RouteOf } from './route.ts';
import { zodMessage } from './zod-messages.ts';

/** Limit of a request's body. */
export const MAXIMUM_BODY_BYTES = 256 * 1024;

/** The parts of a request that an API reads, in API Gateway's payload format 2.0. */
export interface ApiRequest {
  readonly rawPath: string;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
  readonly requestContext: { readonly http: { readonly method: string } };
}

/**
 * Makes an API of routes. It finds the route of a request, checks the caller's role and validates query and body, so that a route only
 * does its work.
 *
 * @returns a function that throws RequestProblem for an error of the caller, and passes on any error of a route.
 */
export function createApi<Deps>(
  routes: readonly RouteOf<Deps>[],
  deps: Deps,
): (event: ApiRequest) => Promise<HttpAnswer> {
  return async (event) => {
    const { matched, path } = match(routes, event);
    const { actor } = authorize(event, matched);
    const query = validate(matched.query, event.queryStringParameters ?? {});
    const contentType = contentTypeOf(event);
    const body = matched.body ? validate(matched.body, readBody(event, matched.bodyTypes)) : undefined;
    return httpAnswer(await matched.handle(deps, { path, query, body, actor, contentType }));
  };
}

function match<Deps>(
  routes: readonly RouteOf<Deps>[],
  event: ApiRequest,
): { matched: RouteOf<Deps>; path: Record<string, string> } {
  const here = routes.flatMap((candidate) => {
    const path = parametersOf(candidate.path, event.rawPath);
    return path ? [{ matched: candidate, path }] : [];
  });
  if (here.length === 0) {
    throw new RequestProblem(404, 'No such route', 'GET /openapi.json lists every route.');
  }
  const route = here.find(({ matched }) => matched.method === event.requestContext.http.method);
  if (route) return route;
  const allowed = here.map(({ matched }) => matched.method).join(', ');
  throw new RequestProblem(405, 'Method not allowed', `This path takes: ${allowed}.`);
}

function parametersOf(template: string, rawPath: string): Record<string, string> | undefined {
  const names = template.split('/');
  const values = rawPath.split('/');
  if (names.length !== values.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of names.entries()) {
    const value = values[index] ?? '';
    if (!part.startsWith('{')) {
      if (part !== value) return undefined;
      continue;
    }
    try {
      parameters[part.slice(1, -1)] = decodeURIComponent(value);
    } catch {
      return undefined;
    }
  }
  return parameters;
}

function authorize<Deps>(event: ApiRequest, { roles: allowed }: RouteOf<Deps>): Caller {
  const { authorizer } = event.requestContext as {
    authorizer?: { jwt?: { claims?: Record<string, unknown> } };
  };
  const caller = callerOf(authorizer?.jwt?.claims ?? {});
  if (caller.roles.some((role) => allowed.includes(role))) return caller;
  const needed = allowed.join(' or ');
  const has = caller.roles.length > 0 ? caller.roles.join(', ') : 'neither group';
  throw new RequestProblem(403, 'Not allowed', `This takes the group ${needed}; your token has ${has}.`);
}

function httpAnswer(answer: RouteAnswer): HttpAnswer {
  if ('body' in answer) return jsonAnswer(answer.status, answer.body);
  const { status, contentType, text, headers } = answer;
  const always = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
  return { statusCode: status, headers: { ...always, ...headers, 'content-type': contentType }, body: text };
}

function contentTypeOf({ headers }: ApiRequest): string | undefined {
  return headers['content-type']?.split(';')[0]?.trim().toLowerCase();
}

function readBody(event: ApiRequest, types: readonly string[] = ['application/json']): unknown {
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (body.length > MAXIMUM_BODY_BYTES) {
    throw new RequestProblem(413, 'Too large', `Send at most ${MAXIMUM_BODY_BYTES} bytes.`);
  }
  const type = contentTypeOf(event) ?? '';
  if (!types.includes(type)) {
    const title = types.includes('application/json') ? 'Not JSON' : 'Another content type';
    throw new RequestProblem(415, title, `Send the body as ${types.join(' or ')}.`);
  }
  if (type !== 'application/json') return body.toString('utf8');
  try {
    return withoutHalves(JSON.parse(body.toString('utf8')));
  } catch (error) {
    if (error instanceof RequestProblem) throw error;
    throw new RequestProblem(
      400,
      'Malformed JSON',
      'The body is not valid JSON. Check quotes, commas and braces.',
    );
  }
}

/**
 * Refuses half a character, such as an emoji that was cut, because no table and no ledger can hold one. In JSON it is a lone escape.
 *
 * @throws RequestProblem 422.
 */
function withoutHalves(value: unknown): unknown {
  if (!/(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(toJson(value))) return value;
  const detail =
    'A text holds half a character, such as an emoji that was cut (\\ud83d). Send whole characters.';
  throw new RequestProblem(422, 'The request cannot be used', detail);
}

/** Writes a value as JSON. @throws RequestProblem 422 when it is nested too deep. */
function toJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    throw new RequestProblem(422, 'The request cannot be used', 'The body is nested too deep. Send it flat.');
  }
}

function validate(schema: z.ZodType | undefined, value: unknown): unknown {
  const parsed = (schema ?? z.strictObject({})).safeParse(value, { error: zodMessage });
  if (parsed.success) return parsed.data;
  const detail = 'Correct the fields named in errors and send the request again. Nothing was changed.';
  throw new RequestProblem(422, 'The request cannot be used', detail, zodErrors(parsed.error));
}
