import * as z from 'zod';

const fieldSchema = z.object({
  name: z.string(),
  label: z.string(),
  /** `boolean`, `phone`, `reference`, ... */
  type: z.string(),
  updateable: z.boolean(),
  /** True: a query may filter by the field. False for encrypted fields. */
  filterable: z.boolean(),
  referenceTo: z.array(z.string()).default([]),
});

/** The parts of an object's description that sendgate uses. It lacks fields that sendgate's user may not see. */
export const descriptionSchema = z.object({
  name: z.string(),
  label: z.string(),
  queryable: z.boolean(),
  updateable: z.boolean(),
  fields: z.array(fieldSchema),
});
export type ObjectDescription = z.infer<typeof descriptionSchema>;
export type FieldDescription = z.infer<typeof fieldSchema>;

/** Finds a field by its API name, in upper or lower case. */
export function findObjectField(description: ObjectDescription, name: string): FieldDescription | undefined {
  return description.fields.find((field) => field.name.toLowerCase() === name.toLowerCase());
}

/** A row of a query. */
export const rowSchema = z.looseObject({ Id: z.string(), LastModifiedDate: z.string().optional() });
export type Row = z.infer<typeof rowSchema>;

/** The rows of a query, or the code under which Salesforce refused it (`INVALID_FIELD`, `INVALID_TYPE`). */
export type QueryOutcome = { readonly rows: readonly Row[] } | { readonly refused: string };

/** New values of a record's fields. */
export interface RecordUpdate {
  readonly object: string;
  readonly id: string;
  readonly fields: Readonly<Record<string, boolean>>;
}

/** The outcome of an update. A refused one has Salesforce's own code (`UNABLE_TO_LOCK_ROW`, ...). */
export type UpdateOutcome = { readonly ok: true } | { readonly ok: false; readonly code: string };

/** API calls of the org within 24 hours: used ones and the limit. */
export interface ApiUsage {
  readonly used: number;
  readonly limit: number;
}

/** The Salesforce org of ImproveIt 360. Every method that makes a request throws SalesforceProblem when it fails. */
export interface Salesforce {
  /** Describes an object. @returns undefined when there is none that sendgate's user may see. */
  describe(object: string): Promise<ObjectDescription | undefined>;
  /** Runs queries in as few calls as possible. @returns their outcomes in the same order. */
  query(statements: readonly string[]): Promise<readonly QueryOutcome[]>;
  /** Updates records; a refused one does not affect the others. @returns their outcomes in the same order. */
  update(updates: readonly RecordUpdate[]): Promise<readonly UpdateOutcome[]>;
  /** Reads the API usage, with one call. */
  limits(): Promise<ApiUsage>;
  /** Returns the API usage of the last answer; undefined before the first. */
  usage(): ApiUsage | undefined;
}

/**
 * The kinds of failed requests.
 *
 * - `limit`: the org's calls of 24 hours are used up.
 * - `unavailable`: Salesforce is down, slow or out of reach; the same request may succeed later.
 * - `refused`: wrong credentials, missing permissions, or a request that Salesforce will never accept.
 */
export type ProblemKind = 'limit' | 'unavailable' | 'refused';

/** A failed request. Its message has Salesforce's code and nothing of the request's content. */
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

/** Classifies Salesforce's error codes. An unknown code is `refused`. No code at all means that the network failed. */
export function problemOf(code: string | undefined): SalesforceProblem {
  if (code === undefined) return new SalesforceProblem('unavailable', 'no answer');
  if (code === 'REQUEST_LIMIT_EXCEEDED') return new SalesforceProblem('limit', code);
  return new SalesforceProblem(TRANSIENT.test(code) ? 'unavailable' : 'refused', code);
}
