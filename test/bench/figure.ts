/** One measured number. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The limit in words; absent for a raw number. */
  readonly aim?: string;
  readonly ok?: boolean;
}

/** Creates a figure with an upper limit. */
export function atMost(name: string, value: number, unit: string, limit: number): Figure {
  return { name, value: round(value), unit, aim: `at most ${limit}`, ok: value <= limit };
}

/** Creates a figure with a lower limit. */
export function atLeast(name: string, value: number, unit: string, limit: number): Figure {
  return { name, value: round(value), unit, aim: `at least ${limit}`, ok: value >= limit };
}

/** Creates a figure without a limit, which only explains others. */
export function raw(name: string, value: number, unit: string): Figure {
  return { name, value: round(value), unit };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
