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

/** A JSON answer. */
export function jsonAnswer(status: number, body: unknown): HttpAnswer {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  };
}

/** An error that a caller is told of (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly title: string;
  /** Says what to do. */
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  /** One word for programs. */
  readonly code?: string;
  /** Finds the request in the logs. */
  readonly requestId?: string;
}

const PROBLEM_JSON = 'application/problem+json; charset=utf-8';

/** An error as problem JSON. */
export function problemAnswer(given: Problem): HttpAnswer {
  const answer = jsonAnswer(given.status, { type: 'about:blank', ...given });
  return { ...answer, headers: { ...answer.headers, 'content-type': PROBLEM_JSON } };
}

/** Whether an answer is problem JSON, and no page made of it. */
export function isProblem({ headers }: HttpAnswer): boolean {
  return headers['content-type'] === PROBLEM_JSON;
}

/** A problem that code behind the edge throws, to be answered at the edge. */
export class RequestProblem extends Error {
  readonly problem: Problem;

  constructor(status: number, title: string, detail: string, errors?: readonly FieldError[], code?: string) {
    super(detail);
    this.problem = { status, title, detail, ...(errors && { errors }), ...(code && { code }) };
  }
}

/** What is wrong with each field. An unknown field is named itself, not the object around it. */
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
