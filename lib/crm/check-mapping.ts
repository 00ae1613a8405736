import * as z from 'zod';
import { type CrmObject, type Mapping, objectNamed } from './preferences.ts';
import { fieldNamed, type ObjectDescription } from './salesforce.ts';

/** What Salesforce says of a mapping's field (H8). */
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

/** Verifies one row against its object's description. A field hidden by field-level security counts as missing. */
export function checkMapping(
  mapping: Pick<Mapping, 'object' | 'field'>,
  objects: readonly CrmObject[],
  description: ObjectDescription | undefined,
): MappingCheck {
  const object = description?.name ?? objectNamed(objects, mapping.object).name;
  const none = { object, exists: false, readable: false, writable: false, boolean: false };
  if (!description) {
    return { ...none, detail: `There is no object ${object} that sendgate's user may see. It is skipped.` };
  }
  const field = fieldNamed(description, mapping.field);
  if (!field) {
    const detail = `${object} has no field ${mapping.field} that sendgate's user may see. It is skipped.`;
    return { ...none, detail };
  }
  const readable = description.queryable;
  const writable = description.updateable && field.updateable;
  const isBoolean = field.type === 'boolean';
  const found = { object, exists: true, readable, writable, boolean: isBoolean };
  return { ...found, detail: detailOf(`${object}.${field.name}`, found, field.type) };
}

function detailOf(name: string, check: Omit<MappingCheck, 'object' | 'detail'>, type: string): string {
  if (!check.boolean) return `${name} is a ${type} and no checkbox. It is skipped: use a checkbox field.`;
  if (!check.readable) return `${name} cannot be queried by sendgate's user. It is skipped.`;
  if (!check.writable) return `${name} is read, and never written: it is read-only for sendgate's user.`;
  return `${name} is read and written.`;
}
