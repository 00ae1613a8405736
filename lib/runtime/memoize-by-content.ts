import canonicalize from 'canonicalize';

/** Most results that are memoized: enough for an organization's settings and automations. */
const MAXIMUM_RESULTS = 64;

/**
 * Memoizes a parser by content. The caller still reads the content from the table each time, so a changed setting is parsed
 * and holds at once (H1).
 *
 * @param parse pure; its content must be JSON.
 * @returns a parser whose results are frozen, since callers share them.
 */
export function memoizeByContent<T>(parse: (content: unknown) => T): (content: unknown) => T {
  const results = new Map<string, T>();
  return (content) => {
    // DynamoDB returns a map's fields in any order. The canonical form makes the same content the same key.
    const key = canonicalize(content) ?? '';
    const memoized = results.get(key);
    if (memoized !== undefined) return memoized;
    const result = deepFreeze(parse(content));
    if (results.size >= MAXIMUM_RESULTS) results.clear();
    results.set(key, result);
    return result;
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) deepFreeze(part);
    Object.freeze(value);
  }
  return value;
}
