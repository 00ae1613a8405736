/** Seconds on the clock, and seconds of this process's CPU. The functions and the raw requests run in this process. */
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

/**
 * Measures two things in turn, round after round and in changing order, so that other work of the machine or of an engine slows
 * both down alike.
 *
 * @returns the time that each took, by round.
 */
export async function measureSideBySide(
  rounds: number,
  one: (round: number) => Promise<Spent>,
  other: (round: number) => Promise<Spent>,
): Promise<readonly [one: Spent, other: Spent][]> {
  const measured: [Spent, Spent][] = [];
  for (let round = 1; round <= rounds; round++) {
    if (round % 2 === 1) {
      const first = await one(round);
      measured.push([first, await other(round)]);
    } else {
      const first = await other(round);
      measured.push([await one(round), first]);
    }
  }
  return measured;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @param share between 0 and 1: 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Sums up the time during which at least one of several overlapping things was under way. */
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
