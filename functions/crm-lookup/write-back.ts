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
 * Ticks in the CRM what leads ticked on forms (H9), reads the fields back, and stores the outcome in each CRM job. The CRM
 * can refuse a field, or accept it and not keep it.
 *
 * @param records the records of the look-up just before.
 * @returns the number of fields that were ticked.
 * @throws SalesforceProblem when Salesforce does not answer; the CRM jobs stay open then, and a second write changes nothing.
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
  const writeOf = await tickAll(deps, ticks);
  let written = 0;
  for (const plan of plans) {
    const writes = [...plan.withoutWrite, ...plan.ticks.map(writeOf)];
    written += writes.filter(({ outcome }) => outcome === 'written').length;
    await deps.crmJobs.put(afterAttempt(plan.crmJob, writes, deps.now()));
  }
  return written;
}

/** Ticks fields. @returns a function from a tick to its outcome. */
async function tickAll(
  deps: CrmDeps,
  ticks: readonly (Tick & { readonly number: string })[],
): Promise<(tick: Tick) => Write> {
  if (ticks.length === 0) return (tick) => ({ ...tick, outcome: 'noRecord' });
  // Stored before the update, so that a later look-up knows these fields as own writes even if this run ends in between.
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

/** Merges ticks into one update per record, ordered by object. */
function updatesOf(ticks: readonly Tick[]): RecordUpdate[] {
  const updates = new Map<string, RecordUpdate>();
  for (const { object, recordId, field } of ticks) {
    const fields = { ...updates.get(recordId)?.fields, [field]: true };
    updates.set(recordId, { object, id: recordId, fields });
  }
  return [...updates.values()].toSorted((a, b) => a.object.localeCompare(b.object));
}

/** Updates records, and tries a locked record once more. If that fails too, its CRM job is due again later. */
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
