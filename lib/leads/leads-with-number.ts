import { readItem, readManyConsistently, readPartition, type TableDeps } from '../runtime/dynamodb.ts';
import { leadsWithNumberRange, type Primary, parsePrimary, primaryKey } from './lead-items.ts';

/** Reads the primary item of a number. @returns undefined when no lead ever had the number. */
export async function readPrimary(deps: TableDeps, number: string): Promise<Primary | undefined> {
  const item = await readItem(deps, primaryKey(number));
  return item && parsePrimary(item);
}

/** Lists the ids of all leads that have a number, from the items that each pair one lead with the number. @param number E.164. */
export async function leadsWithNumber({ client, table }: TableDeps, number: string): Promise<string[]> {
  const filter = { FilterExpression: 'attribute_not_exists(untilAt)' };
  const items = await readPartition(client, table, { ...leadsWithNumberRange(number), filter });
  return items.map((item) => String(item['leadId']));
}

/**
 * Lists the ids of the leads of many numbers, from the primary items of the numbers. One request reads a hundred primary items. An
 * old primary item without a list costs one request more.
 */
export async function leadsWithNumberOf(
  deps: TableDeps,
  numbers: readonly string[],
): Promise<Map<string, readonly string[]>> {
  const items = await readManyConsistently(deps.client, deps.table, numbers.map(primaryKey));
  const primaries = new Map(items.map((item) => [String(item['pk']), parsePrimary(item)]));
  const lists = numbers.map(async (number) => {
    const ids = await leadsOfPrimary(deps, number, primaries.get(primaryKey(number).pk));
    return [number, ids.toSorted()] as const;
  });
  return new Map(await Promise.all(lists));
}

/** A primary item lists at most this many leads, since DynamoDB limits the size of an item. */
const MAXIMUM_LISTED_LEADS = 1000;

/** Computes a number's primary item with one more lead, and writes nothing. @param before undefined when there was none. */
export async function addLeadToNumber(
  deps: TableDeps,
  number: string,
  before: Primary | undefined,
  id: string,
): Promise<Primary> {
  const others = await leadsOfPrimary(deps, number, before);
  return {
    leadId: before?.leadId ?? id,
    leadsWithNumber: [...others.filter((other) => other !== id), id].slice(0, MAXIMUM_LISTED_LEADS),
  };
}

/** Computes a number's primary item without one lead, so that later submissions with the number do not update that lead. */
export async function removeLeadFromNumber(
  deps: TableDeps,
  number: string,
  before: Primary,
  id: string,
): Promise<Primary> {
  const leads = await leadsOfPrimary(deps, number, before);
  const leadId = before.leadId === id ? undefined : before.leadId;
  return { ...(leadId !== undefined && { leadId }), leadsWithNumber: leads.filter((other) => other !== id) };
}

async function leadsOfPrimary(deps: TableDeps, number: string, primary: Primary | undefined) {
  if (!primary) return [];
  return primary.leadsWithNumber ?? (await leadsWithNumber(deps, number));
}
