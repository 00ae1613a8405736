import type { FunctionPool } from './worker-pool.ts';

export interface LocalSchedule {
  readonly expression: string;
  readonly input: unknown;
  readonly pool: FunctionPool;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/**
 * Returns the seconds between two runs of a schedule, from an expression such as `rate(5 minutes)`.
 *
 * @param cycleSeconds length of a minute for an automation cycle (a schedule whose input names a `kind`).
 * @throws Error when the expression is not a rate.
 */
export function scheduleSeconds(
  schedule: Pick<LocalSchedule, 'expression' | 'input'>,
  cycleSeconds: number,
): number {
  const [, count = '', unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule.expression) ?? [];
  const seconds = Number(count) * (UNIT_SECONDS[unit] ?? 0);
  if (!(seconds > 0))
    throw new Error(`The runner knows rate(...) schedules only, not ${schedule.expression}`);
  const isCycle = typeof schedule.input === 'object' && schedule.input !== null && 'kind' in schedule.input;
  return isCycle ? (seconds / 60) * cycleSeconds : seconds;
}

/**
 * Runs each schedule at its rate. A schedule's runs never overlap.
 *
 * @returns a function that ends them.
 */
export function startSchedules(
  schedules: readonly LocalSchedule[],
  cycleSeconds: number,
  report: (line: string) => void,
): () => void {
  const timers = schedules.map((schedule) => {
    let isRunning = false;
    const run = async () => {
      if (isRunning) return;
      isRunning = true;
      try {
        await schedule.pool.invoke(schedule.input);
      } catch (error) {
        report(`${schedule.pool.name}: ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        isRunning = false;
      }
    };
    return setInterval(() => void run(), scheduleSeconds(schedule, cycleSeconds) * 1000);
  });
  return () => timers.forEach(clearInterval);
}
