import { appendFileSync, readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { inject } from 'vitest';

/** A request that a handler got, and its answer. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string | undefined;
  readonly answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
}

type Schema = Readonly<Record<string, unknown>>;
interface Content {
  readonly [type: string]: { readonly schema?: Schema; readonly example?: unknown };
}
interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}
export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly security?: readonly unknown[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Response | { readonly $ref: string }>>;
}
interface Response {
  readonly content?: Content;
}
interface Description {
  readonly tags: readonly { readonly name: string }[];
  readonly components: { readonly responses: Readonly<Record<string, Response>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const DOCUMENT = 'openapi.json';
const METHODS = ['get', 'put', 'post', 'patch', 'delete'];

/** The API's published description. */
export const description = JSON.parse(
  readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'),
) as Description;

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(description, DOCUMENT);
const compiled = new Map<string, ValidateFunction>();

/** Every operation of the description with its name, such as `GET /leads/{id}`. */
export const operations = Object.entries(description.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => METHODS.includes(method))
    .map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, path, method, operation })),
);

/** The response of an operation for a status, and its place in the description; undefined when none is described. */
export function responseOf({ path, method, operation }: (typeof operations)[number], status: string) {
  const found = operation.responses[status];
  if (!found) return undefined;
  if (!('$ref' in found)) return { place: ['paths', path, method, 'responses', status], ...found };
  const name = found.$ref.split('/').at(-1) ?? '';
  return { place: ['components', 'responses', name], ...description.components.responses[name] };
}

/** Describes what the schema at a place of the description forbids about a value; the text is empty when the value is valid. */
export function violations(place: readonly string[], value: unknown): string {
  const pointer = place
    .map((part) => encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1')))
    .join('/');
  const $ref = `${DOCUMENT}#/${pointer}`;
  const validate = compiled.get($ref) ?? ajv.compile({ $ref });
  compiled.set($ref, validate);
  if (validate(value)) return '';
  return ajv.errorsText(validate.errors, { dataVar: '' });
}

/**
 * Checks a request and its answer against docs/openapi.json: the status and every field of the answer are described, an
 * accepted request is one that the description allows, and an error is problem JSON that says what to do.
 *
 * @throws Error that names the difference, which fails the test that made the call.
 */
export function checkExchange(exchange: Exchange): void {
  const { method, path, answer } = exchange;
  const taken = answer.status < 400;
  const found = find(method, path);
  const differ = (what: string): never => {
    throw new Error(`${method} ${path} answered ${answer.status}: ${what}. Is it so in docs/openapi.json?`);
  };
  if (!found) {
    if (taken) differ('no such operation is described');
    const problem = problemViolations(exchange, ['components', 'schemas', 'Problem']);
    if (problem) differ(problem);
    return;
  }
  const answered = answerViolations(exchange, found);
  if (answered) differ(answered);
  if (!taken) return;
  const asked = requestViolations(exchange, found.operation, ['paths', found.path, found.method]);
  if (asked) differ(`it took a request that is not described: ${asked}`);
  markExercised(found.name);
}

function find(method: string, path: string) {
  const parts = path.split('/');
  const fits = (template: string) => {
    const wanted = template.split('/');
    return (
      wanted.length === parts.length && wanted.every((part, i) => part.startsWith('{') || part === parts[i])
    );
  };
  const candidates = operations.filter((one) => one.method === method.toLowerCase() && fits(one.path));
  // `/forms/new` is the literal path, not a form with the id `new`.
  return candidates.toSorted((a, b) => parametersOf(a.path) - parametersOf(b.path))[0];
}

function parametersOf(template: string): number {
  return template.split('{').length;
}

function answerViolations(exchange: Exchange, operation: (typeof operations)[number]): string {
  const { status, headers, body } = exchange.answer;
  const described = responseOf(operation, String(status));
  if (!described && status < 400) return 'the status is not described';
  const { content = {}, place } = described ?? responseOf(operation, 'default') ?? { place: [] };
  const type = mediaType(headers);
  // What API Gateway says by itself is described too, and no function may say it.
  if (status >= 400 && type !== 'text/html') {
    return problemViolations(exchange, [...place, 'content', 'application/problem+json', 'schema']);
  }
  if (!(type in content)) return `the content type "${type}" is not described`;
  if (!type.endsWith('json') || content[type]?.schema === undefined) return '';
  return violations([...place, 'content', type, 'schema'], JSON.parse(body));
}

function problemViolations({ answer }: Exchange, schema: readonly string[]): string {
  const type = mediaType(answer.headers);
  if (type !== 'application/problem+json') return `an error came as "${type}"`;
  const problem = JSON.parse(answer.body) as { status?: unknown; detail?: unknown };
  if (problem.status !== answer.status) return `the problem says ${String(problem.status)}`;
  if (String(problem.detail ?? '').length < 10) return 'the problem does not say what to do';
  return violations(schema, problem);
}

function requestViolations(exchange: Exchange, operation: Operation, place: readonly string[]): string {
  const found = queryViolations(exchange, operation, place);
  if (found) return found;
  const schema = operation.requestBody?.content['application/json']?.schema;
  if (!schema) return '';
  // Such a body is read as text: rows of CSV or of JSON.
  if (schema['type'] === 'string') return exchange.body === undefined ? 'it has no body' : '';
  const isJson = exchange.body?.trimStart().startsWith('{');
  if (!isJson) return operation.requestBody?.required ? 'it has no JSON body' : '';
  const at = [...place, 'requestBody', 'content', 'application/json', 'schema'];
  return violations(at, JSON.parse(exchange.body ?? ''));
}

function queryViolations({ query }: Exchange, operation: Operation, place: readonly string[]): string {
  const given = new URLSearchParams(query);
  const parameters = operation.parameters ?? [];
  for (const [index, parameter] of parameters.entries()) {
    if (parameter.in !== 'query') continue;
    const value = given.get(parameter.name);
    if (value === null) {
      if (parameter.required) return `the query lacks ${parameter.name}`;
      continue;
    }
    const found = violations(
      [...place, 'parameters', String(index), 'schema'],
      typed(value, parameter.schema),
    );
    if (found) return `${parameter.name}${found}`;
  }
  // Callers without a token (form builders, Twilio) may add any fields.
  if (operation.security !== undefined) return '';
  const known = new Set(parameters.map(({ name }) => name));
  const unknown = [...given.keys()].find((name) => !known.has(name));
  return unknown === undefined ? '' : `the query has ${unknown}`;
}

/** Converts a query's text to the type of its schema. */
function typed(value: string, { type }: Schema): unknown {
  if ((type === 'integer' || type === 'number') && value.trim() !== '') return Number(value);
  if (type === 'boolean' && /^(true|false)$/.test(value)) return value === 'true';
  return value;
}

function mediaType(headers: Readonly<Record<string, string>>): string {
  const found = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type');
  return found?.[1].split(';')[0]?.trim().toLowerCase() ?? '';
}

const marked = new Set<string>();
/** Records that a test called this operation successfully. The end of the whole run reads the record. */
function markExercised(name: string): void {
  if (marked.has(name)) return;
  marked.add(name);
  appendFileSync(inject('exercisedPath'), `${name}\n`);
}
