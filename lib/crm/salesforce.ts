import * as z from 'zod';

const fieldSchema = z.object({
  name: z.string(),
  label: z.string(),
  /** `boolean`, `phone`, `reference`, ... */
  type: z.string(),
  updateable: z.boolean(),
  /** Whether a query may search in it: not in an encrypted one. */
  filterable: z.boolean(),
  referenceTo: z.array(z.string()).default([]),
});

/** What of an object's description counts here. A field that our user may not see is not in it. */
export const descriptionSchema = z.object({
  name: z.string(),
  label: z.string(),
  queryable: z.boolean(),
  updateable: z.boolean(),
  fields: z.array(fieldSchema),
});
export type ObjectDescription = z.infer<typeof descriptionSchema>;
export type FieldDescription = z.infer<typeof fieldSchema>;

/** A field of an object by its API name, which compares without case. */
export function fieldNamed(description: ObjectDescription, name: string): FieldDescription | undefined {
  return description.fields.find((field) => field.name.toLowerCase() === name.toLowerCase());
}

export const rowSchema = z.looseObject({ Id: z.string(), LastModifiedDate: z.string().optional() });
export type Row = z.infer<typeof rowSchema>;

/** The rows of a query, or the code under which Salesforce refused it (`INVALID_FIELD`, `INVALID_TYPE`). */
export type QueryOutcome = { readonly rows: readonly Row[] } | { readonly refused: string };

export interface RecordUpdate {
  readonly object: string;
  readonly id: string;
  readonly fields: Readonly<Record<string, boolean>>;
}

/** What became of an update, by Salesforce's own code where it was refused (`UNABLE_TO_LOCK_ROW`, ...). */
export type UpdateOutcome = { readonly ok: true } | { readonly ok: false; readonly code: string };

/** Calls used of those that the org has within 24 hours. */
export interface ApiUsage {
  readonly used: number;
  readonly limit: number;
}

/** The Salesforce org that ImproveIt 360 lives in. Every method throws SalesforceProblem when it cannot answer. */
export interface Salesforce {
  /** @returns undefined when there is no such object, or none that our user may see. */
  describe(object: string): Promise<ObjectDescription | undefined>;
  /** Runs queries in as few calls as Salesforce allows. @returns their outcomes in the same order. */
  query(statements: readonly string[]): Promise<readonly QueryOutcome[]>;
  /** Updates records, each by itself. @returns their outcomes in the same order. */
  update(updates: readonly RecordUpdate[]): Promise<readonly UpdateOutcome[]>;
  /** Asks for the usage: one call. */
  limits(): Promise<ApiUsage>;
  /** What the last answer said of the usage; undefined before the first. */
  usage(): ApiUsage | undefined;
}

/**
 * - `limit`: the org's calls of 24 hours are used up.
 * - `unavailable`: down, slow or out of reach; the same request may pass later.
 * - `refused`: credentials, permissions or a request that Salesforce will never take.
 */
export type ProblemKind = 'limit' | 'unavailable' | 'refused';

/** Why Salesforce did not answer. Its message holds Salesforce's code and nothing that was sent. */
export class SalesforceProblem extends Error {
  override readonly name = 'SalesforceProblem';
  readonly kind: ProblemKind;
  readonly code: string;

  constructor(kind: ProblemKind, code: string) {
    super(`Salesforce: ${code}. ${ADVICE[kind]}`);
    this.kind = kind;
    this.code = code;
  }
}

const ADVICE: Readonly<Record<ProblemKind, string>> = {
  limit: 'The calls of 24 hours are used up: raise the limit in Salesforce, or lower limitShare.',
  unavailable: 'It is tried again by itself.',
  refused: 'Check the credentials in SSM, the app and the permissions of its user in Salesforce.',
};

const TRANSIENT =
  /^(ERROR_HTTP_(420|429|5\d\d)|SERVER_UNAVAILABLE|QUERY_TIMEOUT|UNKNOWN_EXCEPTION|REQUEST_RUNNING_TOO_LONG)$/;

/** Sorts Salesforce's own error codes. A code that nobody knows is `refused`; no code at all is the network's doing. */
export function problemOf(code: string | undefined): SalesforceProblem {
  if (code === undefined) return new SalesforceProblem('unavailable', 'no answer');
  if (code === 'REQUEST_LIMIT_EXCEEDED') return new SalesforceProblem('limit', code);
  return new SalesforceProblem(TRANSIENT.test(code) ? 'unavailable' : 'refused', code);
}
