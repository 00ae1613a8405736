import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: boolean;
  readonly schema: object;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: BodySchema }>> };
}
interface BodySchema {
  readonly properties: Readonly<Record<string, { readonly type?: string }>>;
}
interface Description {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, Operation>> & { parameters?: readonly Parameter[] }>
  >;
  readonly components: object;
}

export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** Checks requests against Twilio's published description of its API, so that no test can rely on a request that Twilio refuses. */
export class OpenApi {
  private readonly description: Description;
  private readonly ajv: Ajv;
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(file: string) {
    const text = readFileSync(new URL(`openapi/${file}`, import.meta.url), 'utf8');
    this.description = JSON.parse(text) as Description;
    this.ajv = new Ajv({ strict: false, coerceTypes: 'array', allErrors: true });
    // ajv-formats is CommonJS: its function is the module itself, or its default under a bundler's interop.
    (addFormats as unknown as { default: (ajv: Ajv) => void }).default(this.ajv);
    this.ajv.addFormat('phone-number', /^.{1,64}$/);
    this.ajv.addFormat('int64', { type: 'number', validate: Number.isInteger });
    this.ajv.addFormat('http-method', /^(GET|POST)$/);
    // Twilio takes plain days where its description says date-time.
    this.ajv.addFormat('date-time', /^\d{4}-\d\d-\d\d([T ].*)?$/);
    this.ajv.addSchema({ $id: 'twilio', components: this.description.components });
  }

  /**
   * @param path the template of the path, for example `/2010-04-01/Accounts/{AccountSid}/Messages.json`.
   * @returns a sentence for each violation of the description; none when the request is allowed.
   */
  violations(
    method: 'get' | 'post',
    path: string,
    request: { readonly path: Fields; readonly query: Fields; readonly body?: Fields },
  ): string[] {
    const operation = this.description.paths[path]?.[method];
    if (!operation) return [`${method.toUpperCase()} ${path} is not in the description`];
    const parameters = operation.parameters ?? [];
    const found = [
      ...this.check(
        `${method} ${path} path`,
        () => objectOf(parameters.filter((p) => p.in === 'path')),
        request.path,
      ),
      ...this.check(
        `${method} ${path} query`,
        () => objectOf(parameters.filter((p) => p.in === 'query')),
        request.query,
      ),
    ];
    const body = operation.requestBody?.content['application/x-www-form-urlencoded']?.schema;
    if (!body) return found;
    const closed = () => ({ ...body, additionalProperties: false });
    return [...found, ...this.check(`${method} ${path} body`, closed, request.body ?? {})];
  }

  private check(id: string, schemaOf: () => object, value: Fields): string[] {
    let validate = this.validators.get(id);
    if (!validate) {
      const resolved = JSON.stringify(schemaOf()).replaceAll('"#/components', '"twilio#/components');
      validate = this.ajv.compile(JSON.parse(resolved) as object);
      this.validators.set(id, validate);
    }
    if (validate({ ...value })) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const unknown = (params as { additionalProperty?: string }).additionalProperty;
      return `${unknown ?? instancePath.slice(1)} ${message}`.trim();
    });
  }
}

function objectOf(parameters: readonly Parameter[]): object {
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  };
}

/** Returns the value of a field: the first of several values, the empty text for none. */
export function firstValue(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}
