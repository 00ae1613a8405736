import { type SendingRules, weekdays } from '../organization/sending-rules.ts';
import { dayNumber, isFederalHoliday, weekdayOf } from './holidays.ts';
import { FEDERAL_HOURS, type Hours, STATE_RULES, type StateRule } from './lawful-hours.ts';

export type OpenHours = Hours;

/** The sending hours of one date. */
export interface DayRule {
  /** The hours that the law and the organization both allow; undefined when no automated text may leave that day. */
  readonly open: OpenHours | undefined;
  /** True when a holiday of the organization or of a state's law closes the day. */
  readonly holiday: boolean;
  /** The state whose law narrowed the hours or closed the day. */
  readonly by?: string;
}

type Rules = Omit<SendingRules, 'caps'>;

interface OwnRules {
  readonly week: readonly (Hours | undefined)[];
  readonly holidays: ReadonlySet<number>;
}

/** Caches the organization's own rules by their settings object, since one settings object serves many texts. */
const ownRulesCache = new WeakMap<object, OwnRules>();

/**
 * Selects the state rules that apply. Unconfirmed state rules apply only while the setting `unconfirmedStateHours` is on.
 *
 * @param states postal codes; states without a rule of their own are left out.
 */
export function bindingStates(
  states: readonly string[],
  { unconfirmedStateHours }: Pick<SendingRules, 'unconfirmedStateHours'>,
): StateRule[] {
  return states
    .map((state) => STATE_RULES[state])
    .filter((rule) => rule !== undefined)
    .filter((rule) => unconfirmedStateHours || !rule.unconfirmed);
}

/**
 * Combines the federal hours, the hours of each binding state and the organization's own hours and holidays. A text may leave
 * only when all of them allow it (X6).
 *
 * @param states postal codes of the states whose law may protect the recipient.
 * @returns a function from a date, in days since 1970, to that date's rule.
 */
export function compileHours(rules: Rules, states: readonly string[]): (day: number) => DayRule {
  const own = ownRules(rules);
  const laws = bindingStates(states, rules);
  return (day) => dayRule(day, rules, own, laws);
}

function dayRule(day: number, rules: Rules, own: OwnRules, laws: readonly StateRule[]): DayRule {
  const federalHoliday =
    (rules.holidays.usFederal || laws.some((law) => law.closedOnFederalHolidays)) && isFederalHoliday(day);
  if (own.holidays.has(day) || (federalHoliday && rules.holidays.usFederal))
    return { open: undefined, holiday: true };
  const weekday = weekdayOf(day);
  let open = overlap(FEDERAL_HOURS, own.week[weekday]);
  let by: string | undefined;
  for (const law of laws) {
    if (federalHoliday && law.closedOnFederalHolidays)
      return { open: undefined, holiday: true, by: law.name };
    const stricter = overlap(open, law.week[weekday]);
    if (stricter?.from !== open?.from || stricter?.to !== open?.to) by = law.name;
    open = stricter;
  }
  return { open, holiday: false, ...(by !== undefined && { by }) };
}

function ownRules(rules: Rules): OwnRules {
  let own = ownRulesCache.get(rules);
  if (!own) {
    const { sendingHours, holidays } = rules;
    const week = weekdays.map((weekday) => {
      const day = 'from' in sendingHours ? sendingHours : sendingHours[weekday];
      return day === 'closed' ? undefined : { from: minuteOfDay(day.from), to: minuteOfDay(day.to) };
    });
    own = { week, holidays: new Set(holidays.dates.map(dayOfDate)) };
    ownRulesCache.set(rules, own);
  }
  return own;
}

function overlap(a: Hours | undefined, b: Hours | undefined): Hours | undefined {
  if (!a || !b) return undefined;
  const shared = { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
  return shared.from < shared.to ? shared : undefined;
}

function minuteOfDay(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
}

function dayOfDate(date: string): number {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return dayNumber(year, month, day);
}
