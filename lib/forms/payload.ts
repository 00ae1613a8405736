import { parse as parseQuery } from 'node:querystring';
import { Busboy } from '@fastify/busboy';

/** What a form builder posted, before anything is read out of it. */
export type Fields = Readonly<Record<string, unknown>>;

export type ParsedPayload =
  | { readonly kind: 'parsed'; readonly fields: Fields }
  | { readonly kind: 'refused'; readonly status: 400 | 413 | 415 | 422; readonly detail: string };

/** The largest body that is read, in bytes. Files do not belong here. */
export const MAXIMUM_BYTES = 256 * 1024;
export const MAXIMUM_FIELDS = 200;
const MAXIMUM_DEPTH = 10;

/**
 * Reads a submission in any of the encodings that form builders use: JSON, urlencoded or multipart.
 *
 * @param contentType the request's header. @param body its raw bytes.
 * @returns the fields as they were named, or why they cannot be read and what to send instead.
 */
export async function parsePayload(contentType: string | undefined, body: Buffer): Promise<ParsedPayload> {
  if (body.length > MAXIMUM_BYTES) {
    return refused(413, `The body is larger than ${MAXIMUM_BYTES} bytes. Send the fields without files.`);
  }
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase();
  switch (type) {
    case 'application/json':
      return withinLimits(parseJson(body));
    case 'application/x-www-form-urlencoded':
      return withinLimits({
        ...parseQuery(body.toString('utf8'), '&', '=', { maxKeys: MAXIMUM_FIELDS + 1 }),
      });
    case 'multipart/form-data':
      return withinLimits(await parseMultipart(contentType ?? '', body));
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

function withinLimits(fields: Fields | string): ParsedPayload {
  if (typeof fields === 'string') return refused(400, fields);
  const size = measure(fields);
  if (size.fields > MAXIMUM_FIELDS) {
    return refused(422, `The form has more than ${MAXIMUM_FIELDS} fields. Send only those that are needed.`);
  }
  if (size.depth > MAXIMUM_DEPTH) {
    return refused(422, `The fields are nested deeper than ${MAXIMUM_DEPTH} levels. Send them flat.`);
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

function parseMultipart(contentType: string, body: Buffer): Promise<Fields | string> {
  return new Promise((resolve) => {
    const fields: Record<string, unknown> = Object.create(null);
    const unreadable = () =>
      resolve('The multipart body cannot be read. Check that its boundary is the one of the content type.');
    try {
      const busboy = new Busboy({
        headers: { 'content-type': contentType },
        limits: { fields: MAXIMUM_FIELDS + 1, fieldSize: MAXIMUM_BYTES, files: 0 },
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
function measure(fields: Fields): { fields: number; depth: number } {
  let count = 0;
  let depth = 0;
  const rest: { value: unknown; level: number }[] = [{ value: fields, level: 0 }];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { value, level } = next;
    depth = Math.max(depth, level);
    if (typeof value !== 'object' || value === null) count++;
    else for (const inner of Object.values(value)) rest.push({ value: inner, level: level + 1 });
    if (count > MAXIMUM_FIELDS || depth > MAXIMUM_DEPTH) break;
  }
  return { fields: count, depth };
}
