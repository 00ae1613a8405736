import { readItem, readManyConsistently, readPartition, type TableDeps } from '../runtime/dynamodb.ts';
import { leadsWithNumberRange, type Primary, parsePrimary, primaryKey } from './lead-items.ts';

/** What is kept of a number beside its leads, or undefined where no lead ever had it. */
export async function readPrimary(deps: TableDeps, number: string): Promise<Primary | undefined> {
  const item = await readItem(deps, primaryKey(number));
  return item && parsePrimary(item);
}

/** Ids of every lead that has the number, from the leads' own entries. */
export async function leadsWithNumber({ client, table }: TableDeps, number: string): Promise<string[]> {
  const filter = { FilterExpression: 'attribute_not_exists(untilAt)' };
  const found = await readPartition(client, table, { ...leadsWithNumberRange(number), filter });
  return found.map((item) => String(item['leadId']));
}

/** The same of many numbers, from what is kept beside each: one request for every hundred. */
export async function leadsWithNumberOf(
  deps: TableDeps,
  numbers: readonly string[],
): Promise<Map<string, readonly string[]>> {
  const items = await readManyConsistently(deps.client, deps.table, numbers.map(primaryKey));
  const kept = new Map(items.map((item) => [String(item['pk']), parsePrimary(item)]));
  const found = numbers.map(async (number) => {
    const ids = await keptLeads(deps, number, kept.get(primaryKey(number).pk));
    return [number, ids.toSorted()] as const;
  });
  return new Map(await Promise.all(found));
}

/** As many leads of one number as lists show: the item that keeps them has an end. */
const MOST_LISTED = 1000;

/** What is kept of a number once a lead has it. */
export async function addLeadToNumber(
  deps: TableDeps,
  number: string,
  before: Primary | undefined,
  id: string,
): Promise<Primary> {
  const others = await keptLeads(deps, number, before);
  return {
    leadId: before?.leadId ?? id,
    leadsWithNumber: [...others.filter((other) => other !== id), id].slice(0, MOST_LISTED),
  };
}

/** What is kept of a number once a lead has it no more: submissions with it belong to that lead no longer. */
export async function removeLeadFromNumber(
  deps: TableDeps,
  number: string,
  before: Primary,
  id: string,
): Promise<Primary> {
  const kept = await keptLeads(deps, number, before);
  const leadId = before.leadId === id ? undefined : before.leadId;
  return { ...(leadId !== undefined && { leadId }), leadsWithNumber: kept.filter((other) => other !== id) };
}

async function keptLeads(deps: TableDeps, number: string, kept: Primary | undefined) {
  if (!kept) return [];
  return kept.leadsWithNumber ?? (await leadsWithNumber(deps, number));
}
