import canonicalize from 'canonicalize';

/** Contents whose result is kept: an organization's settings and its automations, with room to spare. */
const MOST = 64;

/**
 * A parser that does not parse the same content twice. Nothing that was read is kept in place of reading it again: the content
 * is the key, so a stored thing that changed is parsed anew at once (H1).
 *
 * @param parse pure, of content that JSON can express.
 * @returns a parser whose results are frozen, since callers share them.
 */
export function memoizeByContent<T>(parse: (content: unknown) => T): (content: unknown) => T {
  const results = new Map<string, T>();
  return (content) => {
    // DynamoDB answers a map's fields in any order: without one of their own, the same content would hardly ever be found.
    const key = canonicalize(content) ?? '';
    const known = results.get(key);
    if (known !== undefined) return known;
    const result = frozen(parse(content));
    if (results.size >= MOST) results.clear();
    results.set(key, result);
    return result;
  };
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) frozen(part);
    Object.freeze(value);
  }
  return value;
}
