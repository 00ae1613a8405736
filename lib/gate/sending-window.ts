import type { SendingRules } from '../organization/sending-rules.ts';
import { ANYWHERE_IN_THE_US, type RecipientLocation } from '../phone/time-zones.ts';
import { clockSpan } from '../phone/zone-clock.ts';
import { compileHours, type DayRule, type OpenHours } from './day-rules.ts';
import { dateOf, weekdayOf } from './holidays.ts';

const MINUTE_MILLISECONDS = 60_000;
const DAY_MILLISECONDS = 24 * 60 * MINUTE_MILLISECONDS;
const HORIZON_DAYS = 60;

/** States whether a text may leave now; if not, `until` is the first moment at which it may (ISO 8601 UTC). */
export type SendingWindow =
  | { readonly open: true; readonly explanation: string }
  | { readonly open: false; readonly until: string; readonly explanation: string };

type Recipient = Pick<RecipientLocation, 'zones' | 'states'>;
type Rules = Omit<SendingRules, 'caps'>;
type DayRules = (day: number) => DayRule;

const WEEKDAYS = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'];

/**
 * Checks whether an automated text may leave now (X6). It must be inside the federal hours (47 CFR 64.1200(c)(1)), inside
 * the hours of every state that may protect the recipient, inside the organization's own hours, and on no holiday; in local
 * time of every zone in which the recipient may be.
 *
 * @returns open; or closed until the first open moment, to the minute. When the next 60 days have none, `until` is their end,
 *   so that the text is decided again then, and the explanation says so.
 */
export function sendingWindow(recipient: Recipient, rules: Rules, now: Date): SendingWindow {
  if (rules.quietHours === 'offForTesting')
    return { open: true, explanation: 'quiet hours are switched off for this organization' };
  const hours = compileHours(rules, recipient.states);
  const at = now.getTime();
  // A recipient without a known zone may be anywhere: missing input never sends.
  const zones = recipient.zones.length > 0 ? recipient.zones : ANYWHERE_IN_THE_US;
  const closed = zones.find((zone) => !isOpen(zone, hours, at));
  if (closed === undefined) return { open: true, explanation: sayOpen(zones, hours, at) };

  const horizon = at + HORIZON_DAYS * DAY_MILLISECONDS;
  const first = Math.max(...zones.map((zone) => nextOpening(zone, hours, at, horizon)));
  const opening = commonOpening(zones, hours, first, horizon);
  const explanation = [sayClosed(closed, hours, at), ...sayOthers(zones)];
  if (opening >= horizon)
    explanation.push(`no moment of the next ${HORIZON_DAYS} days suits ${zones.join(', ')}`);
  else if (opening > first + DAY_MILLISECONDS)
    explanation.push(`no moment of the day suits all of ${zones.join(', ')}`);
  return { open: false, until: new Date(opening).toISOString(), explanation: explanation.join('; ') };
}

/** Finds the first moment from `from` on that is open in every zone; `horizon` when there is none before it. */
function commonOpening(zones: readonly string[], hours: DayRules, from: number, horizon: number): number {
  for (let at = from; ; ) {
    const before = at;
    for (const zone of zones) at = nextOpening(zone, hours, at, horizon);
    if (at === before || at >= horizon) return at;
  }
}

/**
 * Finds the first moment from `from` on that is open in one zone; `horizon` when there is none before it. It advances by
 * spans of constant UTC offset, so that a change of the clocks neither hides an opening nor adds one.
 */
function nextOpening(zone: string, hours: DayRules, from: number, horizon: number): number {
  let at = from;
  for (;;) {
    if (at >= horizon) return horizon;
    const { offset, until } = clockSpan(zone, at);
    const local = at + offset;
    const day = Math.floor(local / DAY_MILLISECONDS);
    const { open } = hours(day);
    const minute = (local - day * DAY_MILLISECONDS) / MINUTE_MILLISECONDS;
    if (open && minute >= open.from && minute < open.to) return at;
    const next =
      open && minute < open.from
        ? day * DAY_MILLISECONDS + open.from * MINUTE_MILLISECONDS
        : (day + 1) * DAY_MILLISECONDS;
    at = Math.min(next - offset, until);
  }
}

function isOpen(zone: string, hours: DayRules, at: number): boolean {
  return nextOpening(zone, hours, at, at + 1) === at;
}

function dayIn(zone: string, at: number): number {
  return Math.floor((at + clockSpan(zone, at).offset) / DAY_MILLISECONDS);
}

function sayOpen(zones: readonly string[], hours: DayRules, at: number): string {
  const [zone = '', ...others] = zones;
  const { open } = hours(dayIn(zone, at));
  const also = others.length > 0 ? `, and open in ${others.join(', ')}` : '';
  return `within ${open && sayHours(open)} in ${zone}${also}`;
}

function sayClosed(zone: string, hours: DayRules, at: number): string {
  const day = dayIn(zone, at);
  const { open, holiday, by } = hours(day);
  const law = by === undefined ? '' : ` (${by})`;
  if (holiday) return `${dateOf(day)} is a holiday in ${zone}${law}`;
  if (open) return `outside ${sayHours(open)} in ${zone}${law}`;
  return `closed on ${WEEKDAYS[weekdayOf(day)]} in ${zone}${law}`;
}

function sayOthers(zones: readonly string[]): string[] {
  return zones.length > 1 ? [`the number may be in any of ${zones.length} time zones`] : [];
}

function sayHours({ from, to }: OpenHours): string {
  return `${sayTime(from)}-${sayTime(to)}`;
}

function sayTime(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}
