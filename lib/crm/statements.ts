import { inChunks } from '../runtime/chunks.ts';
import type { ChildPlan, HolderPlan } from './plan.ts';

/** Limits of one query. Even with the longest field names it stays far below Salesforce's 100,000 characters. */
const MAXIMUM_CONDITIONS = 400;
const MAXIMUM_IDS = 400;

/** Writes a text as a SOQL literal, with quotes and backslashes escaped. */
export function soqlText(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

/**
 * Builds a LIKE pattern that matches every way of writing a number: `(303) 555-0142 x12`, `303.555.0142`, `+1 303 5550142`. It
 * matches other numbers too, so the caller must compare the digits of each row.
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

/** Builds the queries for every record of an object with one of the numbers. @returns none for no numbers. */
export function holderStatements(
  { object, phones, fields }: HolderPlan,
  numbers: readonly string[],
): string[] {
  const columns = distinct(['Id', 'LastModifiedDate', ...phones, ...fields]).join(', ');
  const each = Math.max(1, Math.floor(MAXIMUM_CONDITIONS / phones.length));
  return inChunks(numbers, each).map((few) => {
    const conditions = few.flatMap((number) =>
      phones.map((phone) => `${phone} LIKE ${soqlText(phonePattern(number))}`),
    );
    return `SELECT ${columns} FROM ${object} WHERE ${conditions.join(' OR ')}`;
  });
}

/** Builds the queries for every record that belongs to one of the parents. @returns none for no parents. */
export function childStatements(
  { object, lookup, fields }: ChildPlan,
  parentIds: readonly string[],
): string[] {
  const columns = distinct(['Id', 'LastModifiedDate', lookup, ...fields]).join(', ');
  return inChunks(parentIds, MAXIMUM_IDS).map(
    (few) => `SELECT ${columns} FROM ${object} WHERE ${lookup} IN (${few.map(soqlText).join(', ')})`,
  );
}

/** Builds the queries that read back fields that were just written. */
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
    return inChunks(of, MAXIMUM_IDS).map(
      (few) =>
        `SELECT ${columns} FROM ${object} WHERE Id IN (${few.map(({ id }) => soqlText(id)).join(', ')})`,
    );
  });
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}
