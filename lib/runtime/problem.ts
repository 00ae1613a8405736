import type { z } from 'zod';

/** An answer of an HTTP function, in API Gateway's payload format 2.0. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface FieldError {
  /** Path to the field, for example `steps[0].template`. */
  readonly field: string;
  readonly message: string;
}

/** Builds a JSON answer that is not to be cached. */
export function jsonAnswer(status: number, body: unknown): HttpAnswer {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  };
}

/** An error in the form that API callers get (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly title: string;
  /** Tells the caller what to do. */
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  /** One word for programs. */
  readonly code?: string;
  /** Finds the request in the logs. */
  readonly requestId?: string;
}

const PROBLEM_JSON = 'application/problem+json; charset=utf-8';

/** Builds a problem JSON answer (RFC 9457). */
export function problemAnswer(problem: Problem): HttpAnswer {
  const answer = jsonAnswer(problem.status, { type: 'about:blank', ...problem });
  return { ...answer, headers: { ...answer.headers, 'content-type': PROBLEM_JSON } };
}

/** Tells whether an answer is problem JSON. */
export function isProblem({ headers }: HttpAnswer): boolean {
  return headers['content-type'] === PROBLEM_JSON;
}

/** Thrown anywhere below a handler; the edge answers it as problem JSON. */
export class RequestProblem extends Error {
  readonly problem: Problem;

  constructor(status: number, title: string, detail: string, errors?: readonly FieldError[], code?: string) {
    super(detail);
    this.problem = { status, title, detail, ...(errors && { errors }), ...(code && { code }) };
  }
}

/** Converts a zod error into one error per field. For an unknown field the path names the field itself, not its object. */
export function zodErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: pathOf([...issue.path, key]),
        message: 'There is no such field. Remove it.',
      }));
    }
    return [{ field: pathOf(issue.path), message: issue.message }];
  });
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}
