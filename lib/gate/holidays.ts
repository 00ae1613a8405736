const DAY_MILLISECONDS = 24 * 3_600_000;
const MONDAY = 1;
const THURSDAY = 4;
const SATURDAY = 6;

/** Caches the holidays of each year, in days since 1970. */
const holidaysByYear = new Map<number, ReadonlySet<number>>();

/** Converts a calendar date to days since 1970. @param month from 1. */
export function dayNumber(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / DAY_MILLISECONDS;
}

/** The weekday of days since 1970; Sunday is 0. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** Formats days since 1970 as `2026-12-25`. */
export function dateOf(day: number): string {
  return new Date(day * DAY_MILLISECONDS).toISOString().slice(0, 10);
}

/**
 * Checks whether a date is a US federal holiday: one of the eleven of 5 U.S.C. 6103(a), or the working day on which a
 * holiday that falls on a weekend is observed (6103(b); Executive Order 11582).
 *
 * @param day days since 1970.
 */
export function isFederalHoliday(day: number): boolean {
  const year = new Date(day * DAY_MILLISECONDS).getUTCFullYear();
  let holidays = holidaysByYear.get(year);
  if (!holidays) {
    // The next New Year's Day may be observed on December 31.
    const named = [...namedDays(year), dayNumber(year + 1, 1, 1)];
    holidays = new Set(named.flatMap((holiday) => [holiday, observedOn(holiday)]));
    holidaysByYear.set(year, holidays);
  }
  return holidays.has(day);
}

function namedDays(year: number): number[] {
  return [
    dayNumber(year, 1, 1),
    nth(3, MONDAY, year, 1),
    nth(3, MONDAY, year, 2),
    lastMondayOfMay(year),
    dayNumber(year, 6, 19),
    dayNumber(year, 7, 4),
    nth(1, MONDAY, year, 9),
    nth(2, MONDAY, year, 10),
    dayNumber(year, 11, 11),
    nth(4, THURSDAY, year, 11),
    dayNumber(year, 12, 25),
  ];
}

function nth(count: number, weekday: number, year: number, month: number): number {
  const first = dayNumber(year, month, 1);
  return first + ((weekday - weekdayOf(first) + 7) % 7) + (count - 1) * 7;
}

function lastMondayOfMay(year: number): number {
  const last = dayNumber(year, 5, 31);
  return last - ((weekdayOf(last) - MONDAY + 7) % 7);
}

function observedOn(day: number): number {
  const weekday = weekdayOf(day);
  if (weekday === SATURDAY) return day - 1;
  return weekday === 0 ? day + 1 : day;
}
