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

/** A record of the CRM that belongs to some of the numbers that were looked for. */
export interface CrmRecord {
  readonly object: string;
  readonly id: string;
  /** E.164, those that were looked for only. */
  readonly numbers: readonly string[];
  /** ISO 8601 UTC. */
  readonly modifiedAt: string;
  /** The mapped fields that could be read. */
  readonly values: Readonly<Record<string, boolean>>;
}

/** What Salesforce says of its own objects, of those that the mappings speak of. */
export async function describeMapped(
  descriptions: Descriptions,
  preferences: CrmPreferences,
  mappings: readonly Mapping[],
): Promise<ReadonlyMap<string, ObjectDescription>> {
  const found = new Map<string, ObjectDescription>();
  for (const name of objectsToDescribe(mappings, objectsOf(preferences))) {
    const description = await descriptions.get(name);
    if (description) found.set(name.toLowerCase(), description);
  }
  return found;
}

/**
 * Looks numbers up in the CRM, all of them together: one round of queries for the objects that hold phones, one for those
 * that belong to them.
 *
 * @param numbers E.164; none asks nothing.
 * @returns every record that has one of the numbers, whatever its fields say.
 * @throws SalesforceProblem when Salesforce does not answer.
 */
export async function lookUpRecords(
  deps: LookUpDeps,
  preferences: CrmPreferences,
  mappings: readonly Mapping[],
  numbers: readonly string[],
): Promise<CrmRecord[]> {
  if (numbers.length === 0 || mappings.length === 0) return [];
  return describeAndAsk(deps, preferences, mappings, new Set(numbers), false);
}

async function describeAndAsk(
  deps: LookUpDeps,
  preferences: CrmPreferences,
  mappings: readonly Mapping[],
  numbers: ReadonlySet<string>,
  isRenewed: boolean,
): Promise<CrmRecord[]> {
  const described = await describeMapped(deps.descriptions, preferences, mappings);
  const plan = planLookup(mappings, objectsOf(preferences), (name) => described.get(name.toLowerCase()));
  const answer = await ask(deps.salesforce, plan, numbers, isRenewed);
  if (answer !== 'stale') return answer;
  // A field went away since it was described: the objects are described once more, and no answer is stale then.
  deps.descriptions.forget();
  return describeAndAsk(deps, preferences, mappings, numbers, true);
}

/** @param skipsRefused what Salesforce refuses is left out; otherwise it is `stale`. */
async function ask(
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
    if (has.length > 0) keep(records, holder, row, has);
  }
  const children = plan.children.flatMap((child) => {
    const parents = [...records.values()].filter(({ object }) => object === child.parent).map(({ id }) => id);
    return childStatements(child, parents).map((statement) => ({ plan: child, statement }));
  });
  const owned = rowsOf(children, await salesforce.query(children.map(({ statement }) => statement)));
  if (owned.isRefused && !skipsRefused) return 'stale';
  for (const { plan: child, row } of owned.rows) {
    keep(records, child, row, records.get(String(row[child.lookup]))?.numbers ?? []);
  }
  return [...records.values()];
}

function rowsOf<P>(asked: readonly { readonly plan: P }[], outcomes: readonly QueryOutcome[]) {
  const rows: { readonly plan: P; readonly row: Row }[] = [];
  let isRefused = false;
  for (const [index, outcome] of outcomes.entries()) {
    const plan = asked[index]?.plan;
    if ('refused' in outcome) isRefused = true;
    else if (plan) rows.push(...outcome.rows.map((row) => ({ plan, row })));
  }
  return { rows, isRefused };
}

/** Adds a record, or what another query says of the same one. */
function keep(
  records: Map<string, CrmRecord>,
  { object, fields }: { readonly object: string; readonly fields: readonly string[] },
  row: Row,
  numbers: readonly string[],
): void {
  const known = records.get(row.Id);
  const values = Object.fromEntries(fields.map((field) => [field, row[field] === true]));
  records.set(row.Id, {
    object,
    id: row.Id,
    numbers: [...new Set([...(known?.numbers ?? []), ...numbers])],
    modifiedAt: new Date(row.LastModifiedDate ?? 0).toISOString(),
    values: { ...known?.values, ...values },
  });
}
