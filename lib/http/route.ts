import * as z from 'zod';
import { RequestProblem } from '../runtime/problem.ts';
import type { Tag } from './tags.ts';

export { RequestProblem };

export const roles = ['admin', 'agent'] as const;
export type Role = (typeof roles)[number];

/** A request that was matched, authorized and validated. */
export interface RouteRequest<Body, Query> {
  readonly path: Readonly<Record<string, string>>;
  readonly body: Body;
  readonly query: Query;
  /** Who asks, for the record. */
  readonly actor: string;
  /** Content type of the body, in lower case and without parameters; undefined without a body. */
  readonly contentType?: string | undefined;
}

/** JSON, or a text of another content type with what else its headers say. */
export type RouteAnswer =
  | { readonly status: number; readonly body: unknown }
  | {
      readonly status: number;
      readonly contentType: string;
      readonly text: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

/** What an operation of the API takes, who may, and an example of its answer. */
export interface RouteDescription<Body = unknown, Query = unknown> {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** With parameters in braces: `/leads/{id}`. */
  readonly path: string;
  /** Verb and noun, what clients call the operation by: `listLeads`. No other operation has it. */
  readonly operationId: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly roles: readonly Role[];
  readonly body?: z.ZodType<Body>;
  readonly bodyExample?: unknown;
  /** Content types that the body must have when it is no JSON: the schema gets its text. */
  readonly bodyTypes?: readonly string[];
  readonly query?: z.ZodType<Query>;
  readonly answers: {
    readonly status: number;
    readonly schema: z.ZodType;
    readonly example: unknown;
    /** Content types besides JSON that the caller can ask for. */
    readonly otherTypes?: readonly string[];
  };
}

/** One operation of the API and what it does, on what its function has to work on. */
export interface RouteOf<Deps, Body = unknown, Query = unknown> extends RouteDescription<Body, Query> {
  readonly handle: (deps: Deps, request: RouteRequest<Body, Query>) => Promise<RouteAnswer>;
}

/** Checks a route against its own schemas and forgets the types, so that routes of every kind share a table. */
export function defineRoute<Deps, Body, Query>(definition: RouteOf<Deps, Body, Query>): RouteOf<Deps> {
  return definition as unknown as RouteOf<Deps>;
}

export function notFound(what: string): RequestProblem {
  return new RequestProblem(404, `No such ${what}`, `There is no ${what} with this id. Check the URL.`);
}

/** @param messages all that is wrong with the field. */
export function invalidField(field: string, ...messages: readonly string[]): RequestProblem {
  const detail = 'Correct the fields named in errors and send the request again. Nothing was changed.';
  return new RequestProblem(
    422,
    'The request cannot be used',
    detail,
    messages.map((message) => ({ field, message })),
  );
}

/** The answer to a DELETE: the id of what is gone. */
export const removedSchema = z.object({ removed: z.string() });

export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(25),
  cursor: z.string().max(2000).optional(),
});
