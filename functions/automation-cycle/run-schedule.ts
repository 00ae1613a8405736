import * as z from 'zod';
import { type WorkKind, workKinds } from '../../lib/automation/work.ts';
import { countOutcomes, logger, measure } from '../../lib/telemetry/telemetry.ts';
import { type ExpireWaitingDeps, expireWaiting } from './expire-waiting.ts';
import { type CycleDeps, type CycleResult, runCycle, sweepDue } from './run-cycle.ts';

/** What a schedule says: run a cycle of one kind, or sweep up after all of them. */
export const scheduleSchema = z.union([
  z.object({ kind: z.enum(workKinds) }),
  z.object({ sweep: z.literal(true) }),
]);
export type Schedule = z.infer<typeof scheduleSchema>;

/** Runs what a schedule says, and counts and logs what it did. */
export async function runSchedule(
  deps: CycleDeps & ExpireWaitingDeps,
  schedule: Schedule,
  hasTime: () => boolean,
): Promise<CycleResult[]> {
  const [name, run, kinds]: ['cycle' | 'sweep', typeof runCycle, readonly WorkKind[]] =
    'kind' in schedule ? ['cycle', runCycle, [schedule.kind]] : ['sweep', sweepDue, workKinds];
  const began = performance.now();
  const results: CycleResult[] = [];
  // First, and all that it finds is enqueued by the next cycle.
  const waitingEnded = name === 'sweep' ? await expireWaiting(deps, hasTime) : 0;
  for (const kind of kinds) results.push(await run(deps, kind, hasTime));
  const milliseconds = Math.round(performance.now() - began);
  const enqueued = results.reduce((sum, result) => sum + result.enqueued, 0);
  const unfinished = results.filter(({ finished }) => !finished).length;
  const oldestDueSeconds = Math.max(...results.map((result) => result.oldestDueSeconds));
  countOutcomes(
    name === 'cycle'
      ? { cycleEnqueued: enqueued, cycleUnfinished: unfinished }
      : { sweepEnqueued: enqueued, sweepUnfinished: unfinished, waitingEnded },
  );
  measure({ oldestDueSeconds, ...(name === 'cycle' && { cycleMilliseconds: milliseconds }) });
  logger.info(`${name} ended`, { kinds, enqueued, unfinished, waitingEnded, oldestDueSeconds, milliseconds });
  return results;
}
