import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sendingWindow } from '../../../lib/gate/sending-window.ts';
import {
  DEFAULT_SENDING_RULES,
  type SendingRules,
  weekdays,
} from '../../../lib/organization/sending-rules.ts';
import { STATES } from '../../../lib/phone/states.ts';
import { ANYWHERE_IN_THE_US, recipientLocation } from '../../../lib/phone/time-zones.ts';

const EIGHT_TO_NINE = { from: '08:00', to: '21:00' };
const LAW_ONLY: SendingRules = { ...DEFAULT_SENDING_RULES, sendingHours: EIGHT_TO_NINE };

function windowAt(
  now: string,
  zones: readonly string[],
  rules: Partial<SendingRules> = {},
  states: string[] = [],
) {
  return sendingWindow({ zones, states }, { ...LAW_ONLY, ...rules }, new Date(now));
}
const until = (...given: Parameters<typeof windowAt>) => {
  const window = windowAt(...given);
  return window.open ? 'open' : window.until;
};

describe('federal hours, on the clock of the recipient', () => {
  it.each([
    ['America/Denver', '2026-06-01T13:59:59.999Z', '2026-06-01T14:00:00.000Z'],
    ['America/Denver', '2026-06-01T14:00:00.000Z', 'open'],
    ['America/Denver', '2026-06-02T02:59:59.999Z', 'open'],
    ['America/Denver', '2026-06-02T03:00:00.000Z', '2026-06-02T14:00:00.000Z'],
    // The same hour of UTC in winter.
    ['America/Denver', '2026-01-15T14:30:00.000Z', '2026-01-15T15:00:00.000Z'],
    ['America/Phoenix', '2026-01-15T14:30:00.000Z', '2026-01-15T15:00:00.000Z'],
    ['America/Phoenix', '2026-06-01T14:30:00.000Z', '2026-06-01T15:00:00.000Z'],
    ['America/Indiana/Indianapolis', '2026-06-01T11:30:00.000Z', '2026-06-01T12:00:00.000Z'],
    ['America/St_Johns', '2026-06-01T10:15:00.000Z', '2026-06-01T10:30:00.000Z'],
    ['Asia/Calcutta', '2026-06-01T01:00:00.000Z', '2026-06-01T02:30:00.000Z'],
    ['Pacific/Honolulu', '2026-06-01T10:40:00.000Z', '2026-06-01T18:00:00.000Z'],
  ])('X6 in %s at %s: %s', (zone, now, expected) => {
    expect(until(now, [zone])).toBe(expected);
  });

  it('X1 X6 explanation the hours and the zone', () => {
    expect(windowAt('2026-06-02T04:30:00.000Z', ['America/Denver']).explanation).toBe(
      'outside 8:00-21:00 in America/Denver',
    );
    expect(windowAt('2026-06-02T02:30:00.000Z', ['America/Denver']).explanation).toBe(
      'within 8:00-21:00 in America/Denver',
    );
  });

  it('X6 no setting of an organization widens them', () => {
    const sendingHours = { from: '00:00', to: '24:00' };
    expect(until('2026-06-01T13:30:00.000Z', ['America/Denver'], { sendingHours })).toBe(
      '2026-06-01T14:00:00.000Z',
    );
  });
});

describe('the nights in which the clocks change', () => {
  it.each([
    // 8 March 2026, Denver: 02:00 becomes 03:00.
    ['2026-03-08T08:30:00.000Z', '2026-03-08T14:00:00.000Z'],
    // 1 November 2026, Denver: 02:00 becomes 01:00.
    ['2026-11-01T06:30:00.000Z', '2026-11-01T15:00:00.000Z'],
    ['2026-11-01T14:59:59.999Z', '2026-11-01T15:00:00.000Z'],
  ])('X6 from %s the next opening is exact: %s', (now, opening) => {
    expect(until(now, ['America/Denver'])).toBe(opening);
  });

  it('X6 hours shorter than the change of the clocks are not missed', () => {
    const sendingHours = { from: '08:00', to: '08:20' };
    for (const now of ['2026-03-08T03:00:00.000Z', '2026-03-08T10:30:00.000Z'])
      expect(until(now, ['America/Denver'], { sendingHours })).toBe('2026-03-08T14:00:00.000Z');
    expect(until('2026-11-01T03:00:00.000Z', ['America/Denver'], { sendingHours })).toBe(
      '2026-11-01T15:00:00.000Z',
    );
  });
});

describe('the law of the states', () => {
  const SUNDAY = '2026-06-07';
  it.each([
    ['FL', 'America/New_York', '2026-06-02T00:30:00.000Z', '2026-06-02T12:00:00.000Z'],
    ['OK', 'America/Chicago', '2026-06-02T01:30:00.000Z', '2026-06-02T13:00:00.000Z'],
    ['MD', 'America/New_York', '2026-06-02T00:30:00.000Z', '2026-06-02T12:00:00.000Z'],
    ['OR', 'America/Los_Angeles', '2026-06-02T03:30:00.000Z', '2026-06-02T15:00:00.000Z'],
    ['TX', 'America/Chicago', '2026-06-01T13:30:00.000Z', '2026-06-01T14:00:00.000Z'],
    ['TX', 'America/Chicago', `${SUNDAY}T15:00:00.000Z`, `${SUNDAY}T17:00:00.000Z`],
    ['CT', 'America/New_York', '2026-06-01T12:30:00.000Z', '2026-06-01T13:00:00.000Z'],
    ['RI', 'America/New_York', '2026-06-01T22:30:00.000Z', '2026-06-02T13:00:00.000Z'],
    ['RI', 'America/New_York', '2026-06-06T13:30:00.000Z', '2026-06-06T14:00:00.000Z'],
    ['RI', 'America/New_York', `${SUNDAY}T15:00:00.000Z`, '2026-06-08T13:00:00.000Z'],
    // Independence Day 2026 is a Saturday, kept on Friday.
    ['RI', 'America/New_York', '2026-07-03T15:00:00.000Z', '2026-07-06T13:00:00.000Z'],
    ['NY', 'America/New_York', '2026-06-02T00:30:00.000Z', 'open'],
  ])('X6 %s binds in %s at %s: %s', (state, zone, now, expected) => {
    expect(until(now, [zone], {}, [state])).toBe(expected);
  });

  it('X1 X6 names the state', () => {
    expect(windowAt('2026-06-02T00:30:00.000Z', ['America/New_York'], {}, ['FL']).explanation).toBe(
      'outside 8:00-20:00 in America/New_York (Florida)',
    );
  });

  it('X6 the unconfirmed hours of Rhode Island can be switched off, the others cannot', () => {
    const rules = { unconfirmedStateHours: false };
    expect(until('2026-06-01T22:30:00.000Z', ['America/New_York'], rules, ['RI'])).toBe('open');
    expect(until('2026-06-02T00:30:00.000Z', ['America/New_York'], rules, ['RI', 'FL'])).not.toBe('open');
  });
});

describe("the organization's hours and holidays", () => {
  const denver = ['America/Denver'];
  it.each([
    ['Monday', '2026-06-01T14:30:00.000Z', '2026-06-01T15:00:00.000Z'],
    ['Saturday night', '2026-06-07T02:30:00.000Z', '2026-06-07T18:00:00.000Z'],
    ['Sunday', '2026-06-07T17:59:00.000Z', '2026-06-07T18:00:00.000Z'],
  ])('X6 are 9-20, on Sunday 12-20, unless somebody changes them: %s', (_, now, expected) => {
    expect(until(now, denver, DEFAULT_SENDING_RULES)).toBe(expected);
  });

  it('X6 a closed day is skipped', () => {
    const week = { ...Object.fromEntries(weekdays.map((day) => [day, EIGHT_TO_NINE])), sunday: 'closed' };
    const sendingHours = week as SendingRules['sendingHours'];
    const window = windowAt('2026-06-07T18:00:00.000Z', denver, { sendingHours });
    expect(window).toEqual({
      open: false,
      until: '2026-06-08T14:00:00.000Z',
      explanation: 'closed on Sundays in America/Denver',
    });
  });

  it('X6 nothing leaves on a date that the organization names', () => {
    const holidays = { dates: ['2026-12-24', '2026-12-25'], usFederal: false };
    expect(windowAt('2026-12-24T18:00:00.000Z', denver, { holidays })).toEqual({
      open: false,
      until: '2026-12-26T15:00:00.000Z',
      explanation: '2026-12-24 is a holiday in America/Denver',
    });
  });

  it.each([
    '2026-01-01',
    '2026-01-19',
    '2026-02-16',
    '2026-05-25',
    '2026-06-19',
    '2026-07-03',
    '2026-07-04',
    '2026-09-07',
    '2026-10-12',
    '2026-11-11',
    '2026-11-26',
    '2026-12-25',
    '2027-12-31',
    '2028-01-01',
    '2027-07-05',
  ])('X6 nothing leaves on %s, a US federal holiday, if the organization keeps them', (date) => {
    const now = `${date}T18:00:00.000Z`;
    expect(until(now, denver, { holidays: { dates: [], usFederal: true } })).not.toBe('open');
    expect(until(now, denver)).toBe('open');
  });

  it('X6 quiet hours that are switched off say so in every answer', () => {
    expect(windowAt('2026-06-01T08:00:00.000Z', denver, { quietHours: 'offForTesting' })).toEqual({
      open: true,
      explanation: 'quiet hours are switched off for this organization',
    });
  });
});

describe('several possible zones', () => {
  it('X6 a toll-free number is texted when it is lawful from Hawaii to the east coast', () => {
    const { zones } = recipientLocation('+18005550142', {}, 'America/Denver');
    expect(until('2026-06-01T13:00:00.000Z', zones, DEFAULT_SENDING_RULES)).toBe('2026-06-01T19:00:00.000Z');
    expect(until('2026-06-01T23:59:59.999Z', zones, DEFAULT_SENDING_RULES)).toBe('open');
    expect(until('2026-06-02T00:00:00.000Z', zones, DEFAULT_SENDING_RULES)).toBe('2026-06-02T19:00:00.000Z');
  });

  it('X6 a recipient of whom no zone is known is texted only when it is lawful everywhere', () => {
    expect(until('2026-06-01T13:00:00.000Z', [])).toBe('2026-06-01T18:00:00.000Z');
  });

  it('X1 X6 explanation in which zone it is closed, and that there are others', () => {
    expect(windowAt('2026-06-01T12:30:00.000Z', ['America/New_York', 'America/Chicago']).explanation).toBe(
      'outside 8:00-21:00 in America/Chicago; the number may be in any of 2 time zones',
    );
  });

  it('X6 explanation when no day has a moment that suits all, and names the next that does', () => {
    const zones = ['America/New_York', 'Europe/London'];
    // Five hours apart but for the weeks between the changes of the clocks, when it is four.
    const sendingHours = { from: '09:00', to: '13:30' };
    const window = windowAt('2026-02-01T20:00:00.000Z', zones, { sendingHours });
    expect(window).toEqual({
      open: false,
      until: '2026-03-08T13:00:00.000Z',
      explanation:
        'outside 9:00-13:30 in America/New_York; the number may be in any of 2 time zones; no moment of the day suits all of America/New_York, Europe/London',
    });
  });

  it('X6 explanation when two months have none, and asks to be looked at again', () => {
    const window = windowAt('2026-06-01T12:00:00.000Z', ['America/New_York', 'Asia/Tokyo'], {
      sendingHours: { from: '09:00', to: '12:00' },
    });
    expect(window).toMatchObject({ open: false, until: '2026-07-31T12:00:00.000Z' });
    expect(window.explanation).toContain('no moment of the next 60 days suits America/New_York, Asia/Tokyo');
  });
});

/** Implements the rules a second time, slowly: local time from Intl, minute by minute. */
const formats = new Map<string, Intl.DateTimeFormat>();
function lawful(zone: string, at: number, states: readonly string[], rules: SendingRules): boolean {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      dateStyle: 'full',
      timeStyle: 'short',
    });
  formats.set(zone, format);
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const day = String(parts['weekday']).toLowerCase() as (typeof weekdays)[number];
  const time = `${parts['hour']}:${parts['minute']}`;
  const within = (from: string, to: string) => time >= from && time < to;
  const own = 'from' in rules.sendingHours ? rules.sendingHours : rules.sendingHours[day];
  const month = new Date(`${parts['month']} 1, 2000`).getMonth() + 1;
  const date = `${parts['year']}-${String(month).padStart(2, '0')}-${String(parts['day']).padStart(2, '0')}`;
  return (
    within('08:00', '21:00') &&
    own !== 'closed' &&
    within(own.from, own.to) &&
    !rules.holidays.dates.includes(date) &&
    (!states.includes('FL') || within('08:00', '20:00')) &&
    (!states.includes('TX') || within(day === 'sunday' ? '12:00' : '09:00', '21:00')) &&
    (!states.includes('CT') || within('09:00', '20:00'))
  );
}

describe('for any settings, zones and moment', () => {
  const clock = (minute: number) =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const hours = fc
    .tuple(fc.integer({ min: 0, max: 1259 }), fc.integer({ min: 1, max: 1440 }))
    .map(([from, length]) => ({
      from: clock(from),
      to: clock(Math.max(481, Math.min(1440, from + length))),
    }));
  const day = fc.oneof(
    { weight: 5, arbitrary: hours },
    { weight: 1, arbitrary: fc.constant('closed' as const) },
  );
  const week = fc.record({
    monday: hours,
    tuesday: day,
    wednesday: day,
    thursday: day,
    friday: day,
    saturday: day,
    sunday: day,
  });
  const zone = fc.constantFrom(
    ...ANYWHERE_IN_THE_US,
    ...new Set(Object.values(STATES).flatMap(({ zones }) => zones)),
    'America/St_Johns',
    'America/Havana',
    'Africa/Cairo',
    'Australia/Lord_Howe',
    'Pacific/Apia',
  );
  const CHANGES = ['2026-03-08', '2026-03-29', '2026-04-05', '2026-04-24', '2026-10-04', '2026-11-01'];
  const moment = fc.oneof(
    fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2028, 0) }),
    fc
      .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -1440, max: 1440 }))
      .map(([date, minutes]) => Date.parse(date) + minutes * 60_000),
  );
  const cases = fc.record({
    now: moment,
    zones: fc.uniqueArray(zone, { minLength: 1, maxLength: 3 }),
    states: fc.subarray(['FL', 'TX', 'CT', 'NY']),
    sendingHours: fc.oneof(hours, week),
    dates: fc.subarray(['2026-03-08', '2026-11-01', '2026-06-15', '2027-01-04']),
  });

  it('X6 an opening is lawful in every zone, never in the past, and no earlier minute is; nothing leaves outside', () => {
    fc.assert(
      fc.property(cases, ({ now, zones, states, sendingHours, dates }) => {
        const rules = { ...LAW_ONLY, sendingHours, holidays: { dates, usFederal: false } };
        const isLawful = (at: number) => zones.every((one) => lawful(one, at, states, rules));
        const window = sendingWindow({ zones, states }, rules, new Date(now));
        expect(window.open).toBe(isLawful(now));
        if (window.open) return;
        const opening = Date.parse(window.until);
        expect(opening).toBeGreaterThan(now);
        if (opening !== now + 60 * 24 * 3_600_000) {
          expect(isLawful(opening)).toBe(true);
          expect(opening % 60_000).toBe(0);
        }
        const firstMinute = Math.ceil(now / 60_000) * 60_000;
        const lastMinute = Math.min(opening, firstMinute + 4 * 24 * 3_600_000);
        for (let at = firstMinute; at < lastMinute; at += 60_000)
          if (isLawful(at))
            expect.unreachable(`${new Date(at).toISOString()} was open before ${window.until}`);
      }),
      { numRuns: 120 },
    );
  }, 60_000);
});
