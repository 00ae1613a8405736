import type { Item } from './dynamodb.ts';

/** The named fields of an item, those that it has. */
export function pickFields(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(names.filter((name) => name in item).map((name) => [name, item[name]]));
}
