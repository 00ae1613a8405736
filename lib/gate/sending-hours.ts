import type { Settings } from '../organization/settings.ts';

const MINUTES_A_DAY = 24 * 60;
const MINUTE_MILLISECONDS = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function minuteOfDay(moment: Date, timeZone: string): number {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      hour: '2-digit',
      minute: '2-digit',
    });
    formats.set(timeZone, format);
  }
  return minutes(format.format(moment));
}

function minutes(clock: string): number {
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  return hour * 60 + minute;
}

/**
 * When the organization's sending hours open, if they are closed at `now`.
 *
 * A night in which the clocks change can move the answer by an hour; a text is decided anew when it is due, so it
 * never leaves outside the hours.
 *
 * @returns ISO 8601 UTC, or undefined when the hours are open.
 */
export function nextOpening(
  now: Date,
  { sendingHours, timeZone }: Pick<Settings, 'sendingHours' | 'timeZone'>,
): string | undefined {
  const from = minutes(sendingHours.from);
  const local = minuteOfDay(now, timeZone);
  if (local >= from && local < minutes(sendingHours.to)) return undefined;
  const wait = (from - local + MINUTES_A_DAY) % MINUTES_A_DAY;
  const startOfMinute = Math.floor(now.getTime() / MINUTE_MILLISECONDS) * MINUTE_MILLISECONDS;
  return new Date(startOfMinute + wait * MINUTE_MILLISECONDS).toISOString();
}
