import type { Item, Key } from './dynamodb.ts';

/** An item with a version that grows by one with each write, from 1 on. */
export type VersionedItem = Item & { readonly version: number };

/** Demands that an item still has a version. 0 means that there is no item, or one from before items had versions. */
function atVersion(version: number) {
  const names = { ExpressionAttributeNames: { '#version': 'version' } };
  if (version === 0) return { ...names, ConditionExpression: 'attribute_not_exists(#version)' };
  return {
    ...names,
    ConditionExpression: '#version = :version',
    ExpressionAttributeValues: { ':version': version },
  };
}

/** Puts an item where there is none yet. */
export function putIfAbsent(table: string, item: Item) {
  return { TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' };
}

/** Puts an item over the version that it came from. The put fails when another writer was first. */
export function putOverVersion(table: string, item: VersionedItem) {
  return { TableName: table, Item: item, ...atVersion(item.version - 1) };
}

/**
 * Checks in a transaction that an item has not changed since a decision was made on it.
 *
 * @param version the version that was read; 0 when there was no item.
 */
export function checkVersion(table: string, key: Key, version: number) {
  return { TableName: table, Key: key, ...atVersion(version) };
}

/** Sets fields of an item over the version that it came from, for writers that may not put items. Fields left out stay. */
export function setOverVersion(table: string, key: Key, fields: { readonly version: number }) {
  const named = Object.entries(fields);
  const { ConditionExpression, ...at } = atVersion(fields.version - 1);
  return {
    TableName: table,
    Key: key,
    ConditionExpression,
    UpdateExpression: `SET ${named.map((_, index) => `#f${index} = :f${index}`).join(', ')}`,
    ExpressionAttributeNames: {
      ...at.ExpressionAttributeNames,
      ...Object.fromEntries(named.map(([name], index) => [`#f${index}`, name])),
    },
    ExpressionAttributeValues: {
      ...('ExpressionAttributeValues' in at && at.ExpressionAttributeValues),
      ...Object.fromEntries(named.map(([, value], index) => [`:f${index}`, value])),
    },
  };
}
