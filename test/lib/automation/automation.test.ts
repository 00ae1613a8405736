import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDuration, automationSchema } from '../../../lib/automation/automation.ts';

const AUTOMATION = {
  id: 'welcome',
  kind: 'drip',
  name: 'Welcome',
  steps: [{ delay: 'PT0S', template: 'Hello' }],
};

function accepts(delay: string): boolean {
  return automationSchema.safeParse({ ...AUTOMATION, steps: [{ delay, template: 'Hello' }] }).success;
}

describe('a delay', () => {
  it.each(['PT0S', 'PT15M', 'P1D', 'P2W', 'P1M', 'P24M', 'P2Y', 'P1DT12H', 'PT0.5S'])(
    'may be %s',
    (delay) => {
      expect(accepts(delay)).toBe(true);
    },
  );

  it.each([
    ['empty', ''],
    ['a number', '15'],
    ['words', '1 day'],
    ['lower case', 'p1d'],
    ['nothing but P', 'P'],
    ['T without a time', 'P1DT'],
    ['weeks with days', 'P1W2D'],
    ['negative', '-P1D'],
    ['negative in part', 'P-1D'],
    ['half a day', 'P0.5D'],
    ['surrounded by spaces', ' P1D '],
    ['longer than two years', 'P25M'],
    ['longer than two years, in seconds', 'PT1000000000S'],
    ['beyond the year 9999', 'P9000Y'],
    ['beyond the calendar', 'P999999Y'],
    ['huge', 'P99999999999999999Y'],
    ['longer than anybody writes', `P${'9'.repeat(400)}D`],
  ])('is refused when it is %s', (_, delay) => {
    expect(accepts(delay)).toBe(false);
  });

  it('is refused by name, with what to write instead', () => {
    const parsed = automationSchema.safeParse({ ...AUTOMATION, maximumAge: 'soon' });
    expect(parsed.error?.issues[0]).toMatchObject({ path: ['maximumAge'] });
    expect(parsed.error?.issues[0]?.message).toContain('P1D');
  });
});

describe('adding a duration', () => {
  it.each([
    ['2026-01-31T12:00:00.000Z', 'P1M', '2026-02-28T12:00:00.000Z'],
    ['2028-01-31T12:00:00.000Z', 'P1M', '2028-02-29T12:00:00.000Z'],
    ['2028-02-29T12:00:00.000Z', 'P1Y', '2029-02-28T12:00:00.000Z'],
    ['2026-11-30T00:00:00.000Z', 'P3M', '2027-02-28T00:00:00.000Z'],
    ['2026-12-31T23:59:59.999Z', 'PT0.001S', '2027-01-01T00:00:00.000Z'],
    ['2026-06-01T00:00:00.000Z', 'P1Y2M10DT2H30M', '2027-08-11T02:30:00.000Z'],
    ['2026-06-01T00:00:00.000Z', 'P2W', '2026-06-15T00:00:00.000Z'],
    // The night the clocks change in the United States is a night like any other in UTC.
    ['2026-03-07T12:00:00.000Z', 'P1D', '2026-03-08T12:00:00.000Z'],
  ])('%s and %s is %s', (moment, duration, expected) => {
    expect(addDuration(moment, duration)).toBe(expected);
  });

  it('does not depend on the zone of the machine', () => {
    const before = process.env['TZ'];
    process.env['TZ'] = 'America/New_York';
    try {
      expect(new Date(2026, 0, 1).getTimezoneOffset()).toBe(300);
      expect(addDuration('2026-03-07T12:00:00.000Z', 'P1D')).toBe('2026-03-08T12:00:00.000Z');
    } finally {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    }
  });

  it('never goes back, and days and times are exact', () => {
    const moments = fc.date({
      min: new Date('2026-01-01'),
      max: new Date('2030-01-01'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moments, fc.nat(700), fc.nat(100_000), fc.nat(23), (moment, days, seconds, months) => {
        const exact = addDuration(moment.toISOString(), `P${days}DT${seconds}S`);
        expect(Date.parse(exact) - moment.getTime()).toBe((days * 86_400 + seconds) * 1000);
        const calendar = new Date(addDuration(moment.toISOString(), `P${months}M`));
        const monthsLater =
          (calendar.getUTCFullYear() - moment.getUTCFullYear()) * 12 + calendar.getUTCMonth();
        expect(monthsLater - moment.getUTCMonth()).toBe(months);
        expect(calendar.getUTCDate()).toBeLessThanOrEqual(moment.getUTCDate());
      }),
    );
  });
});
