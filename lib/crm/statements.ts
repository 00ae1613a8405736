import { inChunks } from '../runtime/chunks.ts';
import type { ChildPlan, HolderPlan } from './plan.ts';

/** Conditions per query: far from Salesforce's 100,000 characters, even with the longest field names. */
const CONDITIONS = 400;
const IDS = 400;

/** A text as a SOQL literal, quotes and backslashes escaped. */
export function soqlText(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

/**
 * A LIKE pattern that every way of writing a number matches: `(303) 555-0142 x12`, `303.555.0142`, `+1 303 5550142`. It finds
 * more than the number; who reads the answer compares for certain.
 *
 * @param number E.164.
 * @throws Error for anything else: a pattern without digits would read the whole table.
 */
export function phonePattern(number: string): string {
  if (!/^\+[1-9]\d{6,14}$/.test(number)) throw new Error('A look-up takes numbers in E.164 only');
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  const groups = american ? american.slice(1) : [...number.slice(1)];
  return `%${groups.join('%')}%`;
}

/** Queries that find every record of an object with one of the numbers. No numbers, no query. */
export function holderStatements(
  { object, phones, fields }: HolderPlan,
  numbers: readonly string[],
): string[] {
  const columns = distinct(['Id', 'LastModifiedDate', ...phones, ...fields]).join(', ');
  const each = Math.max(1, Math.floor(CONDITIONS / phones.length));
  return inChunks(numbers, each).map((few) => {
    const conditions = few.flatMap((number) =>
      phones.map((phone) => `${phone} LIKE ${soqlText(phonePattern(number))}`),
    );
    return `SELECT ${columns} FROM ${object} WHERE ${conditions.join(' OR ')}`;
  });
}

/** Queries that find every record that belongs to some others. No others, no query. */
export function childStatements(
  { object, lookup, fields }: ChildPlan,
  parentIds: readonly string[],
): string[] {
  const columns = distinct(['Id', 'LastModifiedDate', lookup, ...fields]).join(', ');
  return inChunks(parentIds, IDS).map(
    (few) => `SELECT ${columns} FROM ${object} WHERE ${lookup} IN (${few.map(soqlText).join(', ')})`,
  );
}

/** Queries that read back what was just written. */
export function readBackStatements(
  updates: readonly {
    readonly object: string;
    readonly id: string;
    readonly fields: Readonly<Record<string, boolean>>;
  }[],
): string[] {
  const objects = distinct(updates.map(({ object }) => object));
  return objects.flatMap((object) => {
    const of = updates.filter((update) => update.object === object);
    const columns = distinct(['Id', ...of.flatMap(({ fields }) => Object.keys(fields))]).join(', ');
    return inChunks(of, IDS).map(
      (few) =>
        `SELECT ${columns} FROM ${object} WHERE Id IN (${few.map(({ id }) => soqlText(id)).join(', ')})`,
    );
  });
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}
