import * as z from 'zod';
import { type WorkKind, workKinds } from '../../lib/automation/work.ts';
import { countOutcomes, logger, measure } from '../../lib/telemetry/telemetry.ts';
import { type ExpireWaitingDeps, expireWaiting } from './expire-waiting.ts';
import { type CycleDeps, type CycleResult, runCycle, sweepDue } from './run-cycle.ts';

/** The input of a schedule: run a cycle of one kind of work, or sweep all kinds. */
export const scheduleSchema = z.union([
  z.object({ kind: z.enum(workKinds) }),
  z.object({ sweep: z.literal(true) }),
]);
export type Schedule = z.infer<typeof scheduleSchema>;

/**
 * Runs the cycle or the sweep that a schedule asks for, and counts and logs its results.
 *
 * @returns one result for each kind of work.
 */
export async function runSchedule(
  deps: CycleDeps & ExpireWaitingDeps,
  schedule: Schedule,
  hasTime: () => boolean,
): Promise<CycleResult[]> {
  const [name, run, kinds]: ['cycle' | 'sweep', typeof runCycle, readonly WorkKind[]] =
    'kind' in schedule ? ['cycle', runCycle, [schedule.kind]] : ['sweep', sweepDue, workKinds];
  const began = performance.now();
  const results: CycleResult[] = [];
  // A sweep ends waits first. The next cycle enqueues the texts that are due then.
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
