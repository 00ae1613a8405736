const DAY_MILLISECONDS = 24 * 3_600_000;
const MINUTE_MILLISECONDS = 60_000;
const STEP_DAYS = 7;
const MAXIMUM_STEPS = 9;
const MAXIMUM_SPANS_PER_ZONE = 16;

/** A stretch of time with a constant UTC offset: local time is UTC plus `offset`. All in milliseconds. */
export interface ClockSpan {
  readonly from: number;
  /** The first moment that may have another offset. */
  readonly until: number;
  readonly offset: number;
}

interface Clock {
  readonly format: Intl.DateTimeFormat;
  readonly spans: ClockSpan[];
}

const clocks = new Map<string, Clock>();

/**
 * Finds a span with a constant UTC offset that contains a moment. It comes from the runtime's time zone data and is cached, so
 * that a warm function converts local times by addition alone.
 *
 * @param zone IANA time zone.
 * @param at milliseconds since 1970.
 * @returns a span of at most 63 days that begins at or before `at`.
 * @throws RangeError when `zone` is no time zone.
 */
export function clockSpan(zone: string, at: number): ClockSpan {
  let clock = clocks.get(zone);
  if (!clock) {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    clock = { format, spans: [] };
    clocks.set(zone, clock);
  }
  const cached = clock.spans.find(({ from, until }) => from <= at && at < until);
  if (cached) return cached;
  const span = findSpan(clock.format, Math.floor(at / MINUTE_MILLISECONDS) * MINUTE_MILLISECONDS);
  if (clock.spans.unshift(span) > MAXIMUM_SPANS_PER_ZONE) clock.spans.pop();
  return span;
}

/**
 * Advances week by week until the offset differs, then finds the minute of the change by bisection. Clocks change at a whole
 * minute, and never twice within a week.
 */
function findSpan(format: Intl.DateTimeFormat, from: number): ClockSpan {
  const offset = offsetAt(format, from);
  let same = from;
  for (let step = 0; step < MAXIMUM_STEPS; step++) {
    let other = same + STEP_DAYS * DAY_MILLISECONDS;
    if (offsetAt(format, other) === offset) {
      same = other;
      continue;
    }
    while (other - same > MINUTE_MILLISECONDS) {
      const middle = same + Math.floor((other - same) / 2 / MINUTE_MILLISECONDS) * MINUTE_MILLISECONDS;
      if (offsetAt(format, middle) === offset) same = middle;
      else other = middle;
    }
    return { from, until: other, offset };
  }
  return { from, until: same, offset };
}

function offsetAt(format: Intl.DateTimeFormat, at: number): number {
  const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(format.format(at)) ?? [];
  if (sign === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MILLISECONDS;
}
