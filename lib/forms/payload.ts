import { parse as parseQuery } from 'node:querystring';

/** The fields of a payload, by name. */
export type Fields = Readonly<Record<string, unknown>>;

/** A parsed body, or the reason why it is refused. */
export type ParsedPayload =
  | { readonly kind: 'parsed'; readonly fields: Fields }
  | { readonly kind: 'refused'; readonly status: 400 | 413 | 415 | 422; readonly detail: string };

/** Limit of a body. Submissions have no files. */
export const MAXIMUM_BODY_BYTES = 256 * 1024;
/** Limits of a parsed payload. */
export interface PayloadLimits {
  /** Number of values on all levels. */
  readonly fields: number;
  readonly depth: number;
}
/** Limits of a form on a page. */
export const FORM_LIMITS: PayloadLimits = { fields: 200, depth: 10 };
/** Limits of builders, which send the whole form with the answers. */
export const BUILDER_LIMITS: PayloadLimits = { fields: 5000, depth: 20 };

/**
 * Parses a submission in any of the encodings that form builders use: JSON, urlencoded or multipart.
 *
 * @param contentType the request's header. @param body its raw bytes.
 * @returns the fields by name, or a status with a sentence that says what to send instead.
 */
export async function parsePayload(
  contentType: string | undefined,
  body: Buffer,
  limits: PayloadLimits = FORM_LIMITS,
): Promise<ParsedPayload> {
  if (body.length > MAXIMUM_BODY_BYTES) {
    return refused(
      413,
      `The body is larger than ${MAXIMUM_BODY_BYTES} bytes. Send the fields without files.`,
    );
  }
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase();
  switch (type) {
    case 'application/json':
      return asSent(withinLimits(parseJson(body), limits), body);
    case 'application/x-www-form-urlencoded':
      return withinLimits(
        { ...parseQuery(body.toString('utf8'), '&', '=', { maxKeys: limits.fields + 1 }) },
        limits,
      );
    case 'multipart/form-data':
      return withinLimits(await parseMultipart(contentType ?? '', body, limits), limits);
    default:
      return refused(
        415,
        'Send the form as application/json, application/x-www-form-urlencoded or multipart/form-data.',
      );
  }
}

function refused(status: 400 | 413 | 415 | 422, detail: string): ParsedPayload {
  return { kind: 'refused', status, detail };
}

function withinLimits(fields: Fields | string, limits: PayloadLimits): ParsedPayload {
  if (typeof fields === 'string') return refused(400, fields);
  const size = measure(fields, limits);
  if (size.fields > limits.fields) {
    return refused(422, `The form has more than ${limits.fields} fields. Send only those that are needed.`);
  }
  if (size.depth > limits.depth) {
    return refused(422, `The fields are nested deeper than ${limits.depth} levels. Send them flat.`);
  }
  return { kind: 'parsed', fields };
}

function parseJson(body: Buffer): Fields | string {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return 'The body is not valid JSON. Send one JSON object, or set the content type to what the body is.';
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Fields) : 'The body must be one JSON object whose members are the fields.';
}

/**
 * Keeps values that JSON can express and JavaScript cannot hold. Ids with too many digits (Meta's, Jotform's) and numbers that are not
 * finite become the text that was sent. Half a character, such as of a cut emoji, becomes U+FFFD.
 *
 * It parses the body a second time, after the limits were checked, because a reviver recurses as deep as the body goes.
 */
function asSent(payload: ParsedPayload, body: Buffer): ParsedPayload {
  if (payload.kind === 'refused') return payload;
  const text = body.toString('utf8');
  let fields = payload.fields;
  if (/\d{16}|\d[eE]/.test(text)) {
    fields = JSON.parse(text, (_key: string, value: unknown, context?: { readonly source?: string }) => {
      if (typeof value !== 'number') return value;
      const source = context?.source ?? '';
      return (/^-?\d+$/.test(source) ? Number.isSafeInteger(value) : Number.isFinite(value)) ? value : source;
    }) as Fields;
  }
  return { kind: 'parsed', fields: /\\u[dD][89a-fA-F]/.test(text) ? (wellFormed(fields) as Fields) : fields };
}

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.toWellFormed(), wellFormed(inner)]),
  );
}

/** Parses a multipart body. Loads the parser at first use, because few forms need it. */
async function parseMultipart(
  contentType: string,
  body: Buffer,
  limits: PayloadLimits,
): Promise<Fields | string> {
  const { Busboy } = await import('@fastify/busboy');
  return new Promise((resolve) => {
    const fields: Record<string, unknown> = Object.create(null);
    const unreadable = () =>
      resolve('The multipart body cannot be read. Check that its boundary is the one of the content type.');
    try {
      const busboy = new Busboy({
        headers: { 'content-type': contentType },
        limits: { fields: limits.fields + 1, fieldSize: MAXIMUM_BODY_BYTES, files: 0 },
      });
      busboy.on('field', (name, value) => {
        const earlier = fields[name];
        fields[name] = earlier === undefined ? value : [earlier, value].flat();
      });
      busboy.on('error', unreadable);
      busboy.on('finish', () => resolve({ ...fields }));
      busboy.end(body);
    } catch {
      unreadable();
    }
  });
}

/** Counts leaves and depth without recursion, so that a hostile body cannot exhaust the stack. */
function measure(fields: Fields, limits: PayloadLimits): { fields: number; depth: number } {
  let count = 0;
  let depth = 0;
  const rest: { value: unknown; level: number }[] = [{ value: fields, level: 0 }];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { value, level } = next;
    depth = Math.max(depth, level);
    if (typeof value !== 'object' || value === null) count++;
    else for (const inner of Object.values(value)) rest.push({ value: inner, level: level + 1 });
    if (count > limits.fields || depth > limits.depth) break;
  }
  return { fields: count, depth };
}
