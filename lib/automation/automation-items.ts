import type { Item, Key } from '../runtime/dynamodb.ts';
import { memoizeByContent } from '../runtime/memoize-by-content.ts';
import { pickFields } from '../runtime/pick-fields.ts';
import { type Automation, automationSchema } from './automation.ts';

/** Keys of automations in the configuration table. No other file spells them. */
export const AUTOMATIONS = 'AUTOMATION';
export const automationKey = (id: string): Key => ({ pk: AUTOMATIONS, sk: id });

const parseStored = memoizeByContent((stored) => automationSchema.parse(stored));

/** @throws ZodError for an item that is no automation. */
export function parseAutomation(item: Item): Automation {
  return parseStored(pickFields(item, Object.keys(automationSchema.shape)));
}
