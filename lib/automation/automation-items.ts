import type { Item, Key } from '../runtime/dynamodb.ts';
import { memoizeByContent } from '../runtime/memoize-by-content.ts';
import { pickFields } from '../runtime/pick-fields.ts';
import { type Automation, automationSchema } from './automation.ts';

/** Partition of the automations in the configuration table. No other file spells these keys. */
export const AUTOMATIONS = 'AUTOMATION';
/** Builds the key of an automation by its id. */
export const automationKey = (id: string): Key => ({ pk: AUTOMATIONS, sk: id });

const parseStored = memoizeByContent((stored) => automationSchema.parse(stored));

/** Parses a stored automation; the same content is parsed once. @throws ZodError for an item that is no automation. */
export function parseAutomation(item: Item): Automation {
  return parseStored(pickFields(item, Object.keys(automationSchema.shape)));
}
