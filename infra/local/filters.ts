/**
 * Creates the filter of an event source mapping. A record passes when it matches any of the patterns. A pattern is an object of
 * nested fields whose leaves are lists of exact values, `{prefix}` and `{anything-but}` rules.
 *
 * @throws Error (the function it returns) for a rule that the runner does not know.
 */
export function createFilter(patterns: readonly string[]): (record: unknown) => boolean {
  const parsed = patterns.map((pattern) => JSON.parse(pattern) as unknown);
  return (record) => parsed.length === 0 || parsed.some((pattern) => matches(pattern, record));
}

function matches(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.some((rule) => passes(rule, value));
  return Object.entries(pattern as object).every(([name, inner]) =>
    matches(inner, (value as Record<string, unknown> | undefined)?.[name]),
  );
}

function passes(rule: unknown, value: unknown): boolean {
  if (typeof rule !== 'object' || rule === null) return rule === value;
  const { prefix, 'anything-but': excluded } = rule as { prefix?: unknown; 'anything-but'?: unknown };
  if (Array.isArray(excluded)) return value !== undefined && !excluded.includes(value);
  if (typeof prefix !== 'string')
    throw new Error(`The runner does not know the filter rule ${JSON.stringify(rule)}`);
  return typeof value === 'string' && value.startsWith(prefix);
}
