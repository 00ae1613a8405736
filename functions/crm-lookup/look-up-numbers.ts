import { SNAPSHOTS_PER_READ } from '../../lib/consent/read-registry.ts';
import {
  type CrmOptIn,
  crmOptInEvent,
  crmOptInsOf,
  isOwnWrite,
  lookupAfter,
} from '../../lib/crm/crm-opt-ins.ts';
import { type CrmRecord, lookUpRecords } from '../../lib/crm/look-up.ts';
import { fieldKey } from '../../lib/crm/lookup-store.ts';
import type { CrmPreferences, Mapping } from '../../lib/crm/preferences.ts';
import { inChunks } from '../../lib/runtime/chunks.ts';
import type { CrmDeps } from './crm-deps.ts';

/**
 * Looks numbers up in the CRM together and records the CRM opt-ins that it finds (H6).
 *
 * The look-up is stored after the events. When a crash prevents that, the next run records the same events again, which
 * are duplicates.
 *
 * @param numbers E.164.
 * @returns the records that were found, and the number of CRM opt-ins.
 * @throws SalesforceProblem when Salesforce does not answer; nothing is stored then.
 */
export async function lookUpNumbers(
  deps: CrmDeps,
  preferences: CrmPreferences,
  mappings: readonly Mapping[],
  numbers: readonly string[],
): Promise<{ readonly records: readonly CrmRecord[]; readonly optIns: number }> {
  const records = await lookUpRecords(deps, preferences, mappings, numbers);
  const lookups = await deps.lookups.getMany(numbers);
  const candidates = crmOptInsOf(records, lookups);
  const ownWrites = await deps.lookups.ownWrites(candidates);
  const optIns = candidates.filter(
    (optIn) => !isOwnWrite(optIn, ownWrites.get(fieldKey(optIn.recordId, optIn.field))),
  );
  await recordOptIns(deps, optIns);
  const now = deps.now();
  await deps.lookups.put(numbers.map((number) => lookupAfter(number, records, lookups.get(number), now)));
  return { records, optIns: optIns.length };
}

/** Records the events of fifty numbers in parallel, and those of one number in order, since each follows the one before. */
async function recordOptIns({ registry }: CrmDeps, optIns: readonly CrmOptIn[]): Promise<void> {
  const groups = [...Map.groupBy(optIns.map(crmOptInEvent), ({ number }) => number).values()];
  for (const chunk of inChunks(groups, SNAPSHOTS_PER_READ)) {
    const snapshots = await registry.loadSnapshots(chunk.flatMap((events) => events.slice(0, 1)));
    await Promise.all(
      chunk.map(async ([first, ...others], index) => {
        if (first) await registry.record(first, snapshots[index]);
        for (const newEvent of others) await registry.record(newEvent);
      }),
    );
  }
}
