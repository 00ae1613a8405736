import { type Attestation, attestationsOf, isEcho, lookupAfter, occurrenceOf } from '../../lib/crm/crm-opt-ins.ts';
import { type CrmRecord, lookUp } from '../../lib/crm/look-up.ts';
import { seenAs } from '../../lib/crm/lookup-store.ts';
import type { CrmPreferences, Mapping } from '../../lib/crm/preferences.ts';
import type { CrmDeps } from './crm-deps.ts';

/** Numbers whose state and source marker are read in one request: it takes a hundred keys. */
const RECORDED_AT_ONCE = 50;

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
  const records = await lookUp(deps, preferences, mappings, numbers);
  const lookups = await deps.lookups.of(numbers);
  const claimed = attestationsOf(records, lookups);
  const echoes = await deps.lookups.echoes(claimed);
  const attested = claimed.filter((one) => !isEcho(one, echoes.get(seenAs(one.recordId, one.field))));
  await recordAll(deps, attested);
  const now = deps.now();
  await deps.lookups.put(numbers.map((number) => lookupAfter(number, records, lookups.get(number), now)));
  return { records, attested: attested.length };
}

/** Fifty numbers at once; what is said of one number in its order, since each event follows the one before. */
async function recordAll({ registry }: CrmDeps, attested: readonly Attestation[]): Promise<void> {
  const numbers = [...Map.groupBy(attested.map(occurrenceOf), ({ number }) => number).values()];
  for (let start = 0; start < numbers.length; start += RECORDED_AT_ONCE) {
    const few = numbers.slice(start, start + RECORDED_AT_ONCE);
    const before = await registry.readManyBefore(few.flatMap((ofNumber) => ofNumber.slice(0, 1)));
    await Promise.all(
      few.map(async ([first, ...others], index) => {
        if (first) await registry.record(first, before[index]);
        for (const occurrence of others) await registry.record(occurrence);
      }),
    );
  }
}
