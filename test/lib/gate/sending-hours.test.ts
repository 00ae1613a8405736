import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextOpening } from '../../../lib/gate/sending-hours.ts';

function opening(now: string, from: string, to: string, timeZone: string): string | undefined {
  return nextOpening(new Date(now), { sendingHours: { from, to }, timeZone });
}

function minuteOfDay(moment: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  const [hour = 0, minute = 0] = parts.format(moment).split(':').map(Number);
  return hour * 60 + minute;
}

const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

describe('sending hours', () => {
  it('X6 open from the first minute on, closed at the last', () => {
    expect(opening('2026-06-01T09:00:00.000Z', '09:00', '20:00', 'UTC')).toBeUndefined();
    expect(opening('2026-06-01T19:59:59.999Z', '09:00', '20:00', 'UTC')).toBeUndefined();
    expect(opening('2026-06-01T20:00:00.000Z', '09:00', '20:00', 'UTC')).toBe('2026-06-02T09:00:00.000Z');
    expect(opening('2026-06-01T08:59:59.999Z', '09:00', '20:00', 'UTC')).toBe('2026-06-01T09:00:00.000Z');
  });

  it('00:00 to 24:00 never closes, 24:00 includes the last minute of the day', () => {
    for (const now of ['2026-06-01T00:00:00.000Z', '2026-06-01T23:59:59.999Z']) {
      expect(opening(now, '00:00', '24:00', 'UTC')).toBeUndefined();
    }
    expect(opening('2026-06-01T23:59:59.999Z', '22:00', '24:00', 'UTC')).toBeUndefined();
    expect(opening('2026-06-02T00:00:00.000Z', '22:00', '24:00', 'UTC')).toBe('2026-06-02T22:00:00.000Z');
  });

  it.each([
    ['America/Denver', '2026-06-01T10:40:00.000Z', '2026-06-01T15:00:00.000Z'],
    ['America/New_York', '2026-06-01T10:40:00.000Z', '2026-06-01T13:00:00.000Z'],
    ['Pacific/Honolulu', '2026-06-01T10:40:00.000Z', '2026-06-01T19:00:00.000Z'],
    ['Asia/Kolkata', '2026-06-01T02:40:00.000Z', '2026-06-01T03:30:00.000Z'],
    ['Australia/Lord_Howe', '2026-06-01T20:40:00.000Z', '2026-06-01T22:30:00.000Z'],
  ])('opens at nine in %s', (timeZone, now, expected) => {
    expect(opening(now, '09:00', '20:00', timeZone)).toBe(expected);
  });

  it('moves by an hour at most in the night the clocks go forward', () => {
    // 8 March 2026, Denver: 02:00 becomes 03:00. From 01:30, nine o'clock is six and a half hours away.
    const until = opening('2026-03-08T08:30:00.000Z', '09:00', '20:00', 'America/Denver');
    expect(until).toBe('2026-03-08T16:00:00.000Z');
    expect(opening(until ?? '', '09:00', '20:00', 'America/Denver')).toBeUndefined();
  });

  it('is asked again after the night the clocks go back, and never opens early', () => {
    // 1 November 2026, Denver: 02:00 becomes 01:00.
    const until = opening('2026-11-01T06:30:00.000Z', '09:00', '20:00', 'America/Denver');
    expect(until).toBe('2026-11-01T15:00:00.000Z');
    expect(opening(until ?? '', '09:00', '20:00', 'America/Denver')).toBe('2026-11-01T16:00:00.000Z');
  });

  it('X6 is never in the past, within a day, and inside the hours but for an hour when the clocks change', () => {
    const zones = fc.constantFrom(
      'America/Denver',
      'America/New_York',
      'Pacific/Honolulu',
      'Europe/London',
      'UTC',
    );
    const moments = fc.date({
      min: new Date('2026-01-01'),
      max: new Date('2028-01-01'),
      noInvalidDate: true,
    });
    const hours = fc
      .tuple(fc.nat(24 * 60 - 1), fc.nat(24 * 60))
      .filter(([from, to]) => from < to)
      .map(([from, to]) => ({ from: clock(from), to: clock(to), opensAt: from }));
    fc.assert(
      fc.property(moments, hours, zones, (now, { from, to, opensAt }, timeZone) => {
        const until = nextOpening(now, { sendingHours: { from, to }, timeZone });
        if (until === undefined) return;
        const moment = new Date(until);
        expect(moment.getTime()).toBeGreaterThan(now.getTime());
        expect(moment.getTime() - now.getTime()).toBeLessThanOrEqual(24 * 3_600_000);
        const off = (minuteOfDay(moment, timeZone) - opensAt + 24 * 60) % (24 * 60);
        expect([0, 60, 24 * 60 - 60]).toContain(off);
      }),
      { numRuns: 1000 },
    );
  });
});
