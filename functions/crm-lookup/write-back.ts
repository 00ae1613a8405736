import { setTimeout as sleep } from 'node:timers/promises';
import { afterAttempt, type CrmJob, type Write } from '../../lib/crm/crm-job.ts';
import { type CrmRecord, describeMapped } from '../../lib/crm/look-up.ts';
import { planWrites, type Tick } from '../../lib/crm/plan-writes.ts';
import { type CrmPreferences, type Mapping, objectsOf } from '../../lib/crm/preferences.ts';
import type { RecordUpdate, UpdateOutcome } from '../../lib/crm/salesforce.ts';
import { readBackStatements } from '../../lib/crm/statements.ts';
import type { CrmDeps } from './crm-deps.ts';

const LOCK_PAUSE_MILLISECONDS = 500;

/**
 * Ticks in the CRM what leads ticked on forms (H9), and settles each errand by what the CRM says afterwards: a field can be
 * refused, or taken and not kept.
 *
 * @param records those of the look-up just before.
 * @returns how many fields were ticked.
 * @throws SalesforceProblem when Salesforce does not answer; the errands stay open then, and writing again changes nothing.
 */
export async function writeBack(
  deps: CrmDeps,
  preferences: CrmPreferences,
  mappings: readonly Mapping[],
  crmJobs: readonly CrmJob[],
  records: readonly CrmRecord[],
): Promise<number> {
  const described = await describeMapped(deps.descriptions, preferences, mappings);
  const plans = crmJobs.map((crmJob) => ({
    crmJob,
    ...planWrites(
      crmJob,
      mappings,
      objectsOf(preferences),
      (name) => described.get(name.toLowerCase()),
      records,
    ),
  }));
  const ticks = plans.flatMap((plan) => plan.ticks.map((tick) => ({ ...tick, number: plan.crmJob.number })));
  const settle = await tickAll(deps, ticks);
  let written = 0;
  for (const plan of plans) {
    const writes = [...plan.withoutWrite, ...plan.ticks.map(settle)];
    written += writes.filter(({ outcome }) => outcome === 'written').length;
    await deps.crmJobs.put(afterAttempt(plan.crmJob, writes, deps.now()));
  }
  return written;
}

/** @returns what became of each tick. */
async function tickAll(
  deps: CrmDeps,
  ticks: readonly (Tick & { readonly number: string })[],
): Promise<(tick: Tick) => Write> {
  if (ticks.length === 0) return (tick) => ({ ...tick, outcome: 'noRecord' });
  // Before the write: what is read back later must be known for ours, also when this run ends in between.
  const writtenAt = deps.now().toISOString();
  await deps.lookups.putOwnWrites(
    ticks.map(({ recordId, field, number }) => ({ recordId, field, number, writtenAt })),
  );
  const updates = updatesOf(ticks);
  const outcomes = await updateAll(deps, updates);
  const statements = readBackStatements(updates.filter((_, index) => outcomes[index]?.ok));
  const answers = await deps.salesforce.query(statements);
  const rows = new Map(
    answers.flatMap((answer) => ('rows' in answer ? answer.rows : [])).map((row) => [row.Id, row]),
  );
  return (tick) => {
    const outcome = outcomes[updates.findIndex(({ id }) => id === tick.recordId)];
    if (outcome && !outcome.ok) return { ...tick, outcome: 'refused', code: outcome.code };
    return { ...tick, outcome: rows.get(tick.recordId)?.[tick.field] === true ? 'written' : 'notKept' };
  };
}

/** One update per record, ordered by object. */
function updatesOf(ticks: readonly Tick[]): RecordUpdate[] {
  const updates = new Map<string, RecordUpdate>();
  for (const { object, recordId, field } of ticks) {
    const fields = { ...updates.get(recordId)?.fields, [field]: true };
    updates.set(recordId, { object, id: recordId, fields });
  }
  return [...updates.values()].toSorted((a, b) => a.object.localeCompare(b.object));
}

/** A record that somebody else holds is tried once more; after that its errand is due again later. */
async function updateAll(
  { salesforce }: CrmDeps,
  updates: readonly RecordUpdate[],
): Promise<readonly UpdateOutcome[]> {
  const outcomes = await salesforce.update(updates);
  const locked = updates.filter((_, index) => isLocked(outcomes[index]));
  if (locked.length === 0) return outcomes;
  await sleep(LOCK_PAUSE_MILLISECONDS);
  const again = await salesforce.update(locked);
  return outcomes.map((outcome, index) => {
    const update = updates[index];
    return (isLocked(outcome) && update && again[locked.indexOf(update)]) || outcome;
  });
}

function isLocked(outcome: UpdateOutcome | undefined): boolean {
  return outcome !== undefined && !outcome.ok && outcome.code === 'UNABLE_TO_LOCK_ROW';
}
