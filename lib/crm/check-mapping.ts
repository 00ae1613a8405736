import * as z from 'zod';
import { type CrmObject, findCrmObject, type Mapping } from './preferences.ts';
import { findObjectField, type ObjectDescription } from './salesforce.ts';

/** The check of a mapping's field against Salesforce's description of its object (H8). */
export const mappingCheckSchema = z.object({
  /** The object's API name. */
  object: z.string(),
  exists: z.boolean(),
  readable: z.boolean(),
  writable: z.boolean(),
  boolean: z.boolean(),
  /** One sentence: what works, or why something does not. */
  detail: z.string(),
});
export type MappingCheck = z.infer<typeof mappingCheckSchema>;

/**
 * Checks one mapping against its object's description (H8). A field hidden by field-level security counts as missing.
 *
 * @param description undefined when Salesforce has no such object, or hides it.
 */
export function checkMapping(
  mapping: Pick<Mapping, 'object' | 'field'>,
  objects: readonly CrmObject[],
  description: ObjectDescription | undefined,
): MappingCheck {
  const object = description?.name ?? findCrmObject(objects, mapping.object).name;
  const none = { object, exists: false, readable: false, writable: false, boolean: false };
  if (!description) {
    return { ...none, detail: `There is no object ${object} that sendgate's user may see. It is skipped.` };
  }
  const field = findObjectField(description, mapping.field);
  if (!field) {
    const detail = `${object} has no field ${mapping.field} that sendgate's user may see. It is skipped.`;
    return { ...none, detail };
  }
  const readable = description.queryable;
  const writable = description.updateable && field.updateable;
  const isBoolean = field.type === 'boolean';
  const check = { object, exists: true, readable, writable, boolean: isBoolean };
  return { ...check, detail: detailOf(`${object}.${field.name}`, check, field.type) };
}

function detailOf(name: string, check: Omit<MappingCheck, 'object' | 'detail'>, type: string): string {
  if (!check.boolean) return `${name} is a ${type} and no checkbox. It is skipped: use a checkbox field.`;
  if (!check.readable) return `${name} cannot be queried by sendgate's user. It is skipped.`;
  if (!check.writable) return `${name} is read, and never written: it is read-only for sendgate's user.`;
  return `${name} is read and written.`;
}
