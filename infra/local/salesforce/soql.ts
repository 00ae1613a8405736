import { type Condition, parseQuery, type Query, type WhereClause } from '@jetstreamapp/soql-parser-js';
import { cannotFilter, malformedQuery, noSuchColumn } from './errors.ts';
import { fieldOf, type ObjectDefinition, type Org, type SalesforceRecord } from './org.ts';
import { matcherOf } from './soql-conditions.ts';

export interface QueryResult {
  readonly totalSize: number;
  readonly records: readonly Record<string, unknown>[];
}

/** Salesforce's own limit on the length of a query. */
const MAXIMUM_CHARACTERS = 100_000;

/** Runs a query over the org's records. @throws SalesforceError MALFORMED_QUERY, INVALID_TYPE, INVALID_FIELD. */
export function runQuery(org: Org, soql: string, version: string): QueryResult {
  if (soql.length > MAXIMUM_CHARACTERS)
    throw malformedQuery('SOQL statements cannot be longer than 100000 characters.');
  const query = parse(soql);
  const definition = org.object(query.sObject ?? '');
  const fields = (query.fields ?? []).map((field) => pathOf(field));
  for (const path of fields) if (path !== COUNT) resolvePath(org, definition, path);
  const found = org.all(definition.name).filter(wantedOf(org, definition, query.where));
  const ordered = inOrder(org, definition, found, query);
  const page = ordered.slice(query.offset ?? 0, (query.offset ?? 0) + (query.limit ?? ordered.length));
  if (fields.includes(COUNT)) return { totalSize: page.length, records: [] };
  return {
    totalSize: page.length,
    records: page.map((record) => select(org, definition, record, fields, version)),
  };
}

const COUNT = 'count()';

function parse(soql: string): Query {
  try {
    return parseQuery(soql);
  } catch (error) {
    throw malformedQuery(error instanceof Error ? error.message : 'unexpected token');
  }
}

function pathOf(field: NonNullable<Query['fields']>[number]): string {
  if (field.type === 'Field') return field.field;
  if (field.type === 'FieldRelationship') return [...field.relationships, field.field].join('.');
  if (field.type === 'FieldFunctionExpression' && field.functionName.toUpperCase() === 'COUNT') return COUNT;
  throw malformedQuery(`The stand-in cannot select a ${field.type}`);
}

/** Finds the object and field that a path of relationships leads to. @throws SalesforceError INVALID_FIELD. */
function resolvePath(
  org: Org,
  definition: ObjectDefinition,
  path: string,
): { lookups: string[]; field: string } {
  const parts = path.split('.');
  const lookups: string[] = [];
  let at = definition;
  for (const relationship of parts.slice(0, -1)) {
    const lookup = fieldOf(at, relationship.replace(/__r$/i, '__c')) ?? fieldOf(at, `${relationship}Id`);
    const parent = lookup?.referenceTo?.[0];
    if (!lookup || parent === undefined) throw noSuchColumn(relationship, at.name);
    lookups.push(lookup.name);
    at = org.object(parent);
  }
  const field = fieldOf(at, parts.at(-1) ?? '');
  if (!field) throw noSuchColumn(parts.at(-1) ?? '', at.name);
  return { lookups, field: field.name };
}

/** Reads the value at the end of a path; null when a relationship on the way is empty. */
function valueAt(org: Org, definition: ObjectDefinition, record: SalesforceRecord, path: string): unknown {
  const { lookups, field } = resolvePath(org, definition, path);
  let at: SalesforceRecord | undefined = record;
  let type: ObjectDefinition = definition;
  for (const lookup of lookups) {
    const parent: string = fieldOf(type, lookup)?.referenceTo?.[0] ?? '';
    type = org.object(parent);
    at = org.find(parent, String(at?.[lookup] ?? ''));
  }
  const value = at?.[field];
  if (value === undefined || value === null) return fieldOf(type, field)?.type === 'boolean' ? false : null;
  return value;
}

function wantedOf(
  org: Org,
  definition: ObjectDefinition,
  where: WhereClause | undefined,
): (record: SalesforceRecord) => boolean {
  if (!where) return () => true;
  const isMatch = matcherOf(where);
  return (record) => {
    const values = new Map<string, unknown>();
    return isMatch(({ field }: Condition & { field: string }) => {
      if (!values.has(field)) {
        if (fieldOf(definition, field)?.encrypted) throw cannotFilter(field);
        values.set(field, valueAt(org, definition, record, field));
      }
      return values.get(field);
    });
  };
}

function inOrder(
  org: Org,
  definition: ObjectDefinition,
  records: readonly SalesforceRecord[],
  query: Query,
): readonly SalesforceRecord[] {
  const [first] = [query.orderBy ?? []].flat();
  if (!first || !('field' in first)) return records;
  const direction = first.order === 'DESC' ? -1 : 1;
  const key = (record: SalesforceRecord) => String(valueAt(org, definition, record, first.field) ?? '');
  return records.toSorted((a, b) => direction * key(a).localeCompare(key(b)));
}

function select(
  org: Org,
  definition: ObjectDefinition,
  record: SalesforceRecord,
  paths: readonly string[],
  version: string,
): Record<string, unknown> {
  const attributes = {
    type: definition.name,
    url: `/services/data/v${version}/sobjects/${definition.name}/${record.Id}`,
  };
  const row: Record<string, unknown> = { attributes };
  for (const path of paths) {
    const [relationship, ...rest] = path.split('.');
    if (rest.length === 0)
      row[resolvePath(org, definition, path).field] = valueAt(org, definition, record, path);
    else row[relationship ?? ''] = { [rest.join('.')]: valueAt(org, definition, record, path) };
  }
  return row;
}
