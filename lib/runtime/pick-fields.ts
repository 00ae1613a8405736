import type { Item } from './dynamodb.ts';

/** Returns the named fields that an item has. */
export function pickFields(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(names.filter((name) => name in item).map((name) => [name, item[name]]));
}
