import { numbersWritten } from '../phone/numbers-written.ts';
import type { Descriptions } from './descriptions.ts';
import { type LookupPlan, objectsToDescribe, planLookup } from './plan.ts';
import { type CrmPreferences, type Mapping, objectsOf } from './preferences.ts';
import type { ObjectDescription, QueryOutcome, Row, Salesforce } from './salesforce.ts';
import { childStatements, holderStatements } from './statements.ts';

export interface LookUpDeps {
  readonly salesforce: Pick<Salesforce, 'query'>;
  readonly descriptions: Descriptions;
}

/** A record of the CRM that belongs to some of the requested numbers. */
export interface CrmRecord {
  readonly object: string;
  readonly id: string;
  /** E.164; only requested ones. */
  readonly numbers: readonly string[];
  /** ISO 8601 UTC. */
  readonly modifiedAt: string;
  /** The mapped fields that could be read, by API name. */
  readonly values: Readonly<Record<string, boolean>>;
}

/** Describes the objects that the mappings need. @returns descriptions by API name in lower case; missing objects are left out. */
export async function describeMapped(
  descriptions: Descriptions,
  preferences: CrmPreferences,
  mappings: readonly Mapping[],
): Promise<ReadonlyMap<string, ObjectDescription>> {
  const described = new Map<string, ObjectDescription>();
  for (const name of objectsToDescribe(mappings, objectsOf(preferences))) {
    const description = await descriptions.get(name);
    if (description) described.set(name.toLowerCase(), description);
  }
  return described;
}

/**
 * Looks numbers up in the CRM together (H6): one round of queries for the objects that hold phones, one for the objects that belong
 * to them.
 *
 * @param numbers E.164; an empty list makes no request.
 * @returns every record that has one of the numbers, with true and false fields.
 * @throws SalesforceProblem when Salesforce does not answer.
 */
export async function lookUpRecords(
  deps: LookUpDeps,
  preferences: CrmPreferences,
  mappings: readonly Mapping[],
  numbers: readonly string[],
): Promise<CrmRecord[]> {
  if (numbers.length === 0 || mappings.length === 0) return [];
  return describeAndQuery(deps, preferences, mappings, new Set(numbers), false);
}

async function describeAndQuery(
  deps: LookUpDeps,
  preferences: CrmPreferences,
  mappings: readonly Mapping[],
  numbers: ReadonlySet<string>,
  isRenewed: boolean,
): Promise<CrmRecord[]> {
  const described = await describeMapped(deps.descriptions, preferences, mappings);
  const plan = planLookup(mappings, objectsOf(preferences), (name) => described.get(name.toLowerCase()));
  const records = await queryRecords(deps.salesforce, plan, numbers, isRenewed);
  if (records !== 'stale') return records;
  // A field was removed since it was described. The objects are described again, and then a refused query is left out.
  deps.descriptions.forget();
  return describeAndQuery(deps, preferences, mappings, numbers, true);
}

/** Runs a plan's queries. @param skipsRefused leaves refused queries out; otherwise one makes the result `stale`. */
async function queryRecords(
  salesforce: Pick<Salesforce, 'query'>,
  plan: LookupPlan,
  numbers: ReadonlySet<string>,
  skipsRefused: boolean,
): Promise<CrmRecord[] | 'stale'> {
  const holders = plan.holders.flatMap((holder) =>
    holderStatements(holder, [...numbers]).map((statement) => ({ plan: holder, statement })),
  );
  const held = rowsOf(holders, await salesforce.query(holders.map(({ statement }) => statement)));
  if (held.isRefused && !skipsRefused) return 'stale';
  const records = new Map<string, CrmRecord>();
  for (const { plan: holder, row } of held.rows) {
    const has = holder.phones
      .flatMap((phone) => numbersWritten(row[phone]))
      .filter((one) => numbers.has(one));
    if (has.length > 0) addToRecords(records, holder, row, has);
  }
  const children = plan.children.flatMap((child) => {
    const parents = [...records.values()].filter(({ object }) => object === child.parent).map(({ id }) => id);
    return childStatements(child, parents).map((statement) => ({ plan: child, statement }));
  });
  const owned = rowsOf(children, await salesforce.query(children.map(({ statement }) => statement)));
  if (owned.isRefused && !skipsRefused) return 'stale';
  for (const { plan: child, row } of owned.rows) {
    addToRecords(records, child, row, records.get(String(row[child.lookup]))?.numbers ?? []);
  }
  return [...records.values()];
}

function rowsOf<P>(queries: readonly { readonly plan: P }[], outcomes: readonly QueryOutcome[]) {
  const rows: { readonly plan: P; readonly row: Row }[] = [];
  let isRefused = false;
  for (const [index, outcome] of outcomes.entries()) {
    const plan = queries[index]?.plan;
    if ('refused' in outcome) isRefused = true;
    else if (plan) rows.push(...outcome.rows.map((row) => ({ plan, row })));
  }
  return { rows, isRefused };
}

/** Adds a row to the records. Rows of the same record from several queries become one record. */
function addToRecords(
  records: Map<string, CrmRecord>,
  { object, fields }: { readonly object: string; readonly fields: readonly string[] },
  row: Row,
  numbers: readonly string[],
): void {
  const existing = records.get(row.Id);
  const values = Object.fromEntries(fields.map((field) => [field, row[field] === true]));
  records.set(row.Id, {
    object,
    id: row.Id,
    numbers: [...new Set([...(existing?.numbers ?? []), ...numbers])],
    modifiedAt: new Date(row.LastModifiedDate ?? 0).toISOString(),
    values: { ...existing?.values, ...values },
  });
}
