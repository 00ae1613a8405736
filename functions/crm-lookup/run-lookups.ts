import { type Pace, paceOf } from '../../lib/crm/pace.ts';
import type { CrmPreferences, Mapping } from '../../lib/crm/preferences.ts';
import { SalesforceProblem } from '../../lib/crm/salesforce.ts';
import { countOutcomes } from '../../lib/telemetry/telemetry.ts';
import type { CrmDeps, RunCounts } from './crm-deps.ts';
import { lookUpNumbers } from './look-up-numbers.ts';
import { lookUpWaiting, NUMBERS_AT_ONCE } from './look-up-waiting.ts';
import { writeBack } from './write-back.ts';

/** Above the organization's share the usage is asked for at most this often. */
const ASK_AGAIN_MILLISECONDS = 10 * 60_000;
const askedAt = new WeakMap<CrmDeps, number>();

/** Does one scheduled run of look-ups and counts what it did. */
export async function runSchedule(
  deps: CrmDeps,
  run: { readonly isSweep: boolean },
  hasTime: () => boolean,
): Promise<void> {
  const { lookedUp, attested, written, failed } = await runLookups(deps, run, hasTime);
  countOutcomes({ crmLookedUp: lookedUp, crmAttested: attested, crmWritten: written, crmFailed: failed });
}

/**
 * One run: what arrived first, then, in a sweep, those who wait. When Salesforce does not answer it ends and says why in the
 * status; what it did not do is due still.
 */
export async function runLookups(
  deps: CrmDeps,
  { isSweep }: { readonly isSweep: boolean },
  hasTime: () => boolean,
): Promise<RunCounts> {
  const counts: RunCounts = { lookedUp: 0, attested: 0, written: 0, failed: 0 };
  const preferences = await deps.preferences.preferences();
  if (!preferences.enabled) return counts;
  const mappings = await deps.preferences.mappings();
  const at = deps.now().toISOString();
  const before = await deps.status.read();
  const pace = () => paceOf(deps.salesforce.usage(), preferences.limitShare);
  try {
    await learnUsage(deps, pace());
    await attend(deps, preferences, mappings, counts, () => hasTime() && pace() !== 'none');
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

/** Calls that we do not make teach us nothing: now and then one asks whether there is room again. */
async function learnUsage(deps: CrmDeps, pace: Pace): Promise<void> {
  const now = deps.now().getTime();
  if (pace === 'all' || now - (askedAt.get(deps) ?? 0) < ASK_AGAIN_MILLISECONDS) return;
  askedAt.set(deps, now);
  await deps.salesforce.limits();
}

/** Everything that arrived and is due, as many at a time as one look-up takes. */
async function attend(
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
    const { records, attested } = await lookUpNumbers(deps, preferences, mappings, numbers);
    counts.lookedUp += numbers.length;
    counts.attested += attested;
    counts.written += await writeBack(deps, preferences, mappings, crmJobs, records);
  }
}
