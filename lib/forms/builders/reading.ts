import type { Fields } from '../payload.ts';
import type { Answer } from './builder.ts';

/** The members of an object, or none when it is something else. */
export function members(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The entries of a list that are objects. */
export function entries(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(members) : [];
}

/** The names that are there, as texts. */
export function named(...names: readonly unknown[]): string[] {
  return names.filter((name): name is string => typeof name === 'string' && name.trim() !== '');
}

/** Every member of an object as an answer, but for the ones that are no question. */
export function answersOf(fields: Fields, ...except: readonly string[]): Answer[] {
  return Object.entries(fields)
    .filter(([name]) => !except.includes(name))
    .map(([name, value]) => ({ names: [name], value }));
}

/** A JSON text inside a payload, read; undefined when it is none. */
export function parseInner(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `2014-09-14 02:47:06`, which builders mean as UTC, as ISO 8601. Anything else stays as it is. */
export function utc(value: unknown): unknown {
  const plain = typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value);
  return plain ? `${value.replace(' ', 'T')}Z` : value;
}
