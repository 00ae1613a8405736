import type { Mapping } from './preferences.ts';
import { type CrmObject, objectNamed } from './preferences.ts';
import { fieldNamed, type ObjectDescription } from './salesforce.ts';

/** An object whose records hold phone numbers. */
export interface HolderPlan {
  readonly object: string;
  readonly phones: readonly string[];
  /** Consent fields to read: of the type boolean, visible to us. */
  readonly fields: readonly string[];
}

/** An object whose records belong to those of a holder. */
export interface ChildPlan {
  readonly object: string;
  /** The lookup field, and the holder it points to. */
  readonly lookup: string;
  readonly parent: string;
  readonly fields: readonly string[];
}

/** What to ask Salesforce for, made only of names that Salesforce itself gave. */
export interface LookupPlan {
  readonly holders: readonly HolderPlan[];
  readonly children: readonly ChildPlan[];
}

/** @returns the description by API name, or undefined where there is none. */
export type Described = (objectName: string) => ObjectDescription | undefined;

/** API names of every object whose description a plan needs. */
export function objectsToDescribe(mappings: readonly Mapping[], objects: readonly CrmObject[]): string[] {
  const names = mappings.flatMap((mapping) => {
    const object = objectNamed(objects, mapping.object);
    return [object.name, ...parentsOf(object, objects).map(({ name }) => name)];
  });
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}

/**
 * Makes the plan of a look-up (H6). Mappings whose object or field is missing, hidden or no checkbox are left out and spoil
 * nothing (H8).
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
    const object = objectNamed(objects, mapping.object);
    const description = described(object.name);
    const field = description && fieldNamed(description, mapping.field);
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

/** Whose records an object's belong to: what its configuration says; nothing for an object that only holds phones. */
function parentsOf({ belongsTo, name }: CrmObject, objects: readonly CrmObject[]): CrmObject[] {
  const isListed = objects.some((object) => object.name.toLowerCase() === name.toLowerCase());
  // An object that nobody configured may belong to any that holds phones by itself.
  if (!isListed) return objects.filter((object) => object.belongsTo === undefined);
  return (belongsTo ?? []).map((label) => objectNamed(objects, label));
}

function phonesOf({ phoneFields }: CrmObject, description: ObjectDescription): string[] {
  const configured = phoneFields?.flatMap((name) => fieldNamed(description, name) ?? []);
  const phones = configured ?? description.fields.filter(({ type }) => type === 'phone');
  return phones.filter(({ filterable }) => filterable).map(({ name }) => name);
}

function lookupTo(description: ObjectDescription, parent: string): string | undefined {
  return description.fields.find(
    ({ type, referenceTo }) => type === 'reference' && referenceTo.includes(parent),
  )?.name;
}
