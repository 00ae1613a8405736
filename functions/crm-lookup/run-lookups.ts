import { type Pace, paceOf } from '../../lib/crm/pace.ts';
import type { CrmPreferences, Mapping } from '../../lib/crm/preferences.ts';
import { SalesforceProblem } from '../../lib/crm/salesforce.ts';
import { countOutcomes } from '../../lib/telemetry/telemetry.ts';
import type { CrmDeps, RunCounts } from './crm-deps.ts';
import { lookUpNumbers } from './look-up-numbers.ts';
import { lookUpWaiting, NUMBERS_AT_ONCE } from './look-up-waiting.ts';
import { writeBack } from './write-back.ts';

/** Above the organization's share, Salesforce is asked for the usage at most this often. */
const USAGE_INTERVAL_MILLISECONDS = 10 * 60_000;
const usageAskedAt = new WeakMap<CrmDeps, number>();

/** Does one scheduled run of look-ups and counts its outcomes. */
export async function runSchedule(
  deps: CrmDeps,
  run: { readonly isSweep: boolean },
  hasTime: () => boolean,
): Promise<void> {
  const { lookedUp, optIns, written, failed } = await runLookups(deps, run, hasTime);
  countOutcomes({ crmLookedUp: lookedUp, crmAttested: optIns, crmWritten: written, crmFailed: failed });
}

/**
 * Works on the CRM jobs that are due; a sweep then looks up leads who wait. When Salesforce does not answer, the run ends
 * and stores the reason in the status. The rest of its work stays due.
 */
export async function runLookups(
  deps: CrmDeps,
  { isSweep }: { readonly isSweep: boolean },
  hasTime: () => boolean,
): Promise<RunCounts> {
  const counts: RunCounts = { lookedUp: 0, optIns: 0, written: 0, failed: 0 };
  const preferences = await deps.preferences.preferences();
  if (!preferences.enabled) return counts;
  const mappings = await deps.preferences.mappings();
  const at = deps.now().toISOString();
  const before = await deps.status.read();
  const pace = () => paceOf(deps.salesforce.usage(), preferences.limitShare);
  try {
    await refreshUsage(deps, pace());
    await runCrmJobs(deps, preferences, mappings, counts, () => hasTime() && pace() !== 'none');
    if (isSweep && mappings.length > 0) {
      await lookUpWaiting(deps, preferences, mappings, counts, () => hasTime() && pace() === 'all');
    }
    await deps.status.write({ lastRunAt: at, lastSuccessAt: at, ...usageOf(deps, pace()) });
  } catch (error) {
    if (!(error instanceof SalesforceProblem)) throw error;
    counts.failed++;
    await deps.status.write({
      ...(before.lastSuccessAt !== undefined && { lastSuccessAt: before.lastSuccessAt }),
      lastRunAt: at,
      problem: { at, code: error.code, detail: error.message },
      ...usageOf(deps, pace()),
    });
  }
  return counts;
}

function usageOf({ salesforce }: CrmDeps, pace: Pace) {
  const apiUsage = salesforce.usage();
  return { pace, ...(apiUsage && { apiUsage }) };
}

/** Asks for the usage now and then while calls are restricted, since without calls no answer would tell that there is room. */
async function refreshUsage(deps: CrmDeps, pace: Pace): Promise<void> {
  const now = deps.now().getTime();
  if (pace === 'all' || now - (usageAskedAt.get(deps) ?? 0) < USAGE_INTERVAL_MILLISECONDS) return;
  usageAskedAt.set(deps, now);
  await deps.salesforce.limits();
}

/** Works on all CRM jobs that are due, as many at a time as one look-up takes (H6, H9). */
async function runCrmJobs(
  deps: CrmDeps,
  preferences: CrmPreferences,
  mappings: readonly Mapping[],
  counts: RunCounts,
  mayGoOn: () => boolean,
): Promise<void> {
  while (mayGoOn()) {
    const crmJobs = await deps.crmJobs.due(NUMBERS_AT_ONCE);
    if (crmJobs.length === 0) return;
    const numbers = [...new Set(crmJobs.map(({ number }) => number))];
    const { records, optIns } = await lookUpNumbers(deps, preferences, mappings, numbers);
    counts.lookedUp += numbers.length;
    counts.optIns += optIns;
    counts.written += await writeBack(deps, preferences, mappings, crmJobs, records);
  }
}
