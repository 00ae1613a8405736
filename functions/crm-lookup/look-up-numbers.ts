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
 * Looks numbers up in the CRM together and records what its people attest (H6). What is seen is remembered only after it is
 * recorded: a crash in between records it again, which is once.
 *
 * @returns the records that were found, and how many opt-ins were attested.
 * @throws SalesforceProblem when Salesforce does not answer; nothing is remembered then.
 */
export async function lookUpNumbers(
  deps: CrmDeps,
  preferences: CrmPreferences,
  mappings: readonly Mapping[],
  numbers: readonly string[],
): Promise<{ readonly records: readonly CrmRecord[]; readonly attested: number }> {
  const records = await lookUpRecords(deps, preferences, mappings, numbers);
  const lookups = await deps.lookups.getMany(numbers);
  const claimed = crmOptInsOf(records, lookups);
  const echoes = await deps.lookups.ownWrites(claimed);
  const attested = claimed.filter((one) => !isOwnWrite(one, echoes.get(fieldKey(one.recordId, one.field))));
  await recordAll(deps, attested);
  const now = deps.now();
  await deps.lookups.put(numbers.map((number) => lookupAfter(number, records, lookups.get(number), now)));
  return { records, attested: attested.length };
}

/** Fifty numbers at once; what is said of one number in its order, since each event follows the one before. */
async function recordAll({ registry }: CrmDeps, attested: readonly CrmOptIn[]): Promise<void> {
  const numbers = [...Map.groupBy(attested.map(crmOptInEvent), ({ number }) => number).values()];
  for (const few of inChunks(numbers, SNAPSHOTS_PER_READ)) {
    const before = await registry.loadSnapshots(few.flatMap((ofNumber) => ofNumber.slice(0, 1)));
    await Promise.all(
      few.map(async ([first, ...others], index) => {
        if (first) await registry.record(first, before[index]);
        for (const newEvent of others) await registry.record(newEvent);
      }),
    );
  }
}
