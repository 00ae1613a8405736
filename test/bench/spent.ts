/** Seconds on the clock, and of this process's CPU, in which the functions and the raw requests run. */
export interface Spent {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export function startClock(): () => Spent {
  const start = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
}

/** The least of each: whatever else the machine does only adds. */
export function bestOf(rounds: readonly Spent[]): Spent {
  return {
    seconds: Math.min(...rounds.map(({ seconds }) => seconds)),
    cpuSeconds: Math.min(...rounds.map(({ cpuSeconds }) => cpuSeconds)),
  };
}

/** @param share between 0 and 1: 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** How long at least one of several things was under way, which may overlap. */
export function createBusyTime() {
  let open = 0;
  let since = 0;
  let total = 0;
  return {
    begin: () => {
      if (open++ === 0) since = performance.now();
    },
    end: () => {
      if (--open === 0) total += performance.now() - since;
    },
    /** @returns milliseconds. */
    total: () => total,
  };
}
