import * as z from 'zod';
import { RequestProblem } from '../runtime/problem.ts';
import type { Tag } from './tags.ts';

export { RequestProblem };

/** The groups of users: admins and agents. */
export const roles = ['admin', 'agent'] as const;
export type Role = (typeof roles)[number];

/** A request that was matched, authorized and validated. */
export interface RouteRequest<Body, Query> {
  readonly path: Readonly<Record<string, string>>;
  readonly body: Body;
  readonly query: Query;
  /** The caller, for audit fields and evidence. */
  readonly actor: string;
  /** Content type of the body, in lower case and without parameters; undefined without a body. */
  readonly contentType?: string | undefined;
}

/** A JSON answer, or a text of another content type with further headers. */
export type RouteAnswer =
  | { readonly status: number; readonly body: unknown }
  | {
      readonly status: number;
      readonly contentType: string;
      readonly text: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

/** The description of one operation: its input, the allowed roles, and an example of its answer. */
export interface RouteDescription<Body = unknown, Query = unknown> {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Path with parameters in braces: `/leads/{id}`. */
  readonly path: string;
  /** Name of the operation for clients, a verb and a noun: `listLeads`. It is unique. */
  readonly operationId: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly roles: readonly Role[];
  readonly body?: z.ZodType<Body>;
  readonly bodyExample?: unknown;
  /** Content types of a body that may be no JSON. The schema gets such a body as text. */
  readonly bodyTypes?: readonly string[];
  readonly query?: z.ZodType<Query>;
  readonly answers: {
    readonly status: number;
    readonly schema: z.ZodType;
    readonly example: unknown;
    /** Content types besides JSON that the caller can request. */
    readonly otherTypes?: readonly string[];
  };
}

/** One operation with its work. @typeParam Deps the dependencies of the function that serves it. */
export interface RouteOf<Deps, Body = unknown, Query = unknown> extends RouteDescription<Body, Query> {
  readonly handle: (deps: Deps, request: RouteRequest<Body, Query>) => Promise<RouteAnswer>;
}

/** Checks a route's types against its schemas and then drops them, so that all routes fit in one list. */
export function defineRoute<Deps, Body, Query>(definition: RouteOf<Deps, Body, Query>): RouteOf<Deps> {
  return definition as unknown as RouteOf<Deps>;
}

/** Builds a 404. @param what a noun, such as `lead`. */
export function notFound(what: string): RequestProblem {
  return new RequestProblem(404, `No such ${what}`, `There is no ${what} with this id. Check the URL.`);
}

/** Builds a 422 for one field. @param messages one sentence for each fault. */
export function invalidField(field: string, ...messages: readonly string[]): RequestProblem {
  const detail = 'Correct the fields named in errors and send the request again. Nothing was changed.';
  return new RequestProblem(
    422,
    'The request cannot be used',
    detail,
    messages.map((message) => ({ field, message })),
  );
}

/** The answer to a DELETE: the id of the removed item. */
export const removedSchema = z.object({ removed: z.string() });

/** The query of a paged list. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(25),
  cursor: z.string().max(2000).optional(),
});
