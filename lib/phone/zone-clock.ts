const DAY = 24 * 3_600_000;
const MINUTE = 60_000;
const STEP_DAYS = 7;
const STEPS = 9;
const REMEMBERED = 16;

/** A time in which a zone's clocks run evenly: local time is UTC plus `offset`. All in milliseconds. */
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
 * The span around a moment in which a zone's clocks do not change. Found once with the runtime's time zone data and
 * remembered, so that a warm function converts local times by adding.
 *
 * @param zone IANA time zone; throws RangeError for another word.
 * @param at milliseconds since 1970.
 */
export function clockSpan(zone: string, at: number): ClockSpan {
  let clock = clocks.get(zone);
  if (!clock) {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    clock = { format, spans: [] };
    clocks.set(zone, clock);
  }
  const known = clock.spans.find(({ from, until }) => from <= at && at < until);
  if (known) return known;
  const span = findSpan(clock.format, Math.floor(at / MINUTE) * MINUTE);
  if (clock.spans.unshift(span) > REMEMBERED) clock.spans.pop();
  return span;
}

/** Clocks change at a whole minute, and never twice within a week. */
function findSpan(format: Intl.DateTimeFormat, from: number): ClockSpan {
  const offset = offsetAt(format, from);
  let same = from;
  for (let step = 0; step < STEPS; step++) {
    let other = same + STEP_DAYS * DAY;
    if (offsetAt(format, other) === offset) {
      same = other;
      continue;
    }
    while (other - same > MINUTE) {
      const middle = same + Math.floor((other - same) / 2 / MINUTE) * MINUTE;
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
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE;
}
