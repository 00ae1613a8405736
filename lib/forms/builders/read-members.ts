import type { Fields } from '../payload.ts';
import type { Answer } from './builder.ts';

/** Reads the members of an object. @returns an empty object for any other value. */
export function membersOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** Reads the entries of a list as objects. @returns an empty object for an entry that is none, and no entries for another value. */
export function entriesOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(membersOf) : [];
}

/** Filters names: keeps texts that are not blank. */
export function namesOf(...names: readonly unknown[]): string[] {
  return names.filter((name): name is string => typeof name === 'string' && name.trim() !== '');
}

/** Reads every member of an object as an answer. @param except names of members that are no questions. */
export function answersOf(fields: Fields, ...except: readonly string[]): Answer[] {
  return Object.entries(fields)
    .filter(([name]) => !except.includes(name))
    .map(([name, value]) => ({ names: [name], value }));
}

/** Parses a JSON text inside a payload. @returns undefined when it is none. */
export function parseInner(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes a time such as `2014-09-14 02:47:06`, which builders send in UTC, as ISO 8601. Returns any other value unchanged. */
export function readUtc(value: unknown): unknown {
  const plain = typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value);
  return plain ? `${value.replace(' ', 'T')}Z` : value;
}
