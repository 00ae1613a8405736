/** Hours of one day in minutes after midnight, local time of the recipient; `to` itself is outside. */
export interface Hours {
  readonly from: number;
  readonly to: number;
}

/** The hours of each weekday from Sunday; `undefined` on a day on which no automated text may leave. */
export type Week = readonly (Hours | undefined)[];

/** A state's law on automated texts, where it is stricter than the federal hours (X6). */
export interface StateRule {
  readonly name: string;
  readonly source: string;
  readonly week: Week;
  /** Maximum of automated texts to one person within 24 hours. */
  readonly perDay?: number;
  /** The state forbids automated texts on federal holidays. */
  readonly closedOnFederalHolidays?: true;
  /** The setting `unconfirmedStateHours` can switch this rule off; ask a lawyer first. */
  readonly unconfirmed?: true;
}

const hours = (from: number, to: number): Hours => ({ from: from * 60, to: to * 60 });
const daily = (every: Hours): Week => new Array<Hours>(7).fill(every);
const EIGHT_TO_EIGHT = daily(hours(8, 20));

/** The federal hours: 8:00 to 21:00 at the called party's location (47 CFR 64.1200(c)(1)). */
export const FEDERAL_HOURS = hours(8, 21);

/** States whose law is stricter, by postal code (docs/facts.md, "The law: quiet hours"). */
export const STATE_RULES: Readonly<Record<string, StateRule>> = {
  FL: { name: 'Florida', source: 'Fla. Stat. 501.616(6)', week: EIGHT_TO_EIGHT, perDay: 3 },
  OK: { name: 'Oklahoma', source: 'Okla. Stat. tit. 15, 775C.4', week: EIGHT_TO_EIGHT, perDay: 3 },
  MD: { name: 'Maryland', source: 'Md. Code, Com. Law 14-4502', week: EIGHT_TO_EIGHT, perDay: 3 },
  OR: { name: 'Oregon', source: 'Or. Laws 2025, HB 3865', week: EIGHT_TO_EIGHT, perDay: 3 },
  TX: {
    name: 'Texas',
    source: 'Tex. Bus. & Com. Code 301.051',
    week: [hours(12, 21), ...daily(hours(9, 21)).slice(1)],
  },
  CT: { name: 'Connecticut', source: 'Conn. Gen. Stat. 42-288a', week: daily(hours(9, 20)) },
  RI: {
    name: 'Rhode Island',
    source: 'R.I. Gen. Laws 5-61-2, 5-61-3.6',
    week: [undefined, ...daily(hours(9, 18)).slice(2), hours(10, 17)],
    closedOnFederalHolidays: true,
    unconfirmed: true,
  },
};
