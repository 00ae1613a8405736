import type { Mapping } from './preferences.ts';
import { type CrmObject, findCrmObject } from './preferences.ts';
import { findObjectField, type ObjectDescription } from './salesforce.ts';

/** An object whose records hold phone numbers. */
export interface HolderPlan {
  readonly object: string;
  readonly phones: readonly string[];
  /** Mapped fields to read: booleans that sendgate's user may see. */
  readonly fields: readonly string[];
}

/** An object whose records belong to records of a holder. */
export interface ChildPlan {
  readonly object: string;
  /** API name of the lookup field that points to the parent. */
  readonly lookup: string;
  readonly parent: string;
  readonly fields: readonly string[];
}

/** The objects and fields to query. It has only names that Salesforce itself returned. */
export interface LookupPlan {
  readonly holders: readonly HolderPlan[];
  readonly children: readonly ChildPlan[];
}

/** Finds a description by API name. @returns undefined when there is none. */
export type Described = (objectName: string) => ObjectDescription | undefined;

/** Lists the API names of all objects whose descriptions a plan needs. */
export function objectsToDescribe(mappings: readonly Mapping[], objects: readonly CrmObject[]): string[] {
  const names = mappings.flatMap((mapping) => {
    const object = findCrmObject(objects, mapping.object);
    return [object.name, ...parentsOf(object, objects).map(({ name }) => name)];
  });
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}

/**
 * Plans a look-up (H6). A mapping whose object or field is missing, hidden or no checkbox is left out, and the others still work
 * (H8).
 */
export function planLookup(
  mappings: readonly Mapping[],
  objects: readonly CrmObject[],
  described: Described,
): LookupPlan {
  const holders = new Map<string, { phones: readonly string[]; fields: Set<string> }>();
  const children = new Map<string, ChildPlan & { fields: string[] }>();
  const addHolder = (object: CrmObject): string | undefined => {
    const description = described(object.name);
    const phones = description ? phonesOf(object, description) : [];
    if (!description?.queryable || phones.length === 0) return undefined;
    if (!holders.has(description.name)) holders.set(description.name, { phones, fields: new Set() });
    return description.name;
  };
  for (const mapping of mappings) {
    const object = findCrmObject(objects, mapping.object);
    const description = described(object.name);
    const field = description && findObjectField(description, mapping.field);
    if (!description?.queryable || field?.type !== 'boolean') continue;
    const holder = addHolder(object);
    if (holder) holders.get(holder)?.fields.add(field.name);
    for (const parent of parentsOf(object, objects)) {
      const parentName = described(parent.name)?.name;
      const lookup = parentName && lookupTo(description, parentName);
      if (!parentName || !lookup || !addHolder(parent)) continue;
      const key = `${description.name}.${lookup}`;
      const child = children.get(key) ?? { object: description.name, lookup, parent: parentName, fields: [] };
      if (!child.fields.includes(field.name)) child.fields.push(field.name);
      children.set(key, child);
    }
  }
  return {
    holders: [...holders].map(([object, { phones, fields }]) => ({ object, phones, fields: [...fields] })),
    children: [...children.values()],
  };
}

/** Finds the objects whose records an object's records belong to. An object that only holds phones has none. */
function parentsOf({ belongsTo, name }: CrmObject, objects: readonly CrmObject[]): CrmObject[] {
  const isListed = objects.some((object) => object.name.toLowerCase() === name.toLowerCase());
  // An object that is not configured may belong to any object that holds phones itself.
  if (!isListed) return objects.filter((object) => object.belongsTo === undefined);
  return (belongsTo ?? []).map((label) => findCrmObject(objects, label));
}

function phonesOf({ phoneFields }: CrmObject, description: ObjectDescription): string[] {
  const configured = phoneFields?.flatMap((name) => findObjectField(description, name) ?? []);
  const phones = configured ?? description.fields.filter(({ type }) => type === 'phone');
  return phones.filter(({ filterable }) => filterable).map(({ name }) => name);
}

function lookupTo(description: ObjectDescription, parent: string): string | undefined {
  return description.fields.find(
    ({ type, referenceTo }) => type === 'reference' && referenceTo.includes(parent),
  )?.name;
}
