import { describe, expect, it } from 'vitest';
import { DEFAULT_SENDING_RULES } from '../../../lib/organization/sending-rules.ts';
import { defaultSettings, settingsChangeSchema, settingsSchema } from '../../../lib/organization/settings.ts';

function messages(change: Record<string, unknown>): string[] {
  const read = settingsChangeSchema.safeParse(change);
  return read.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
}
const week = DEFAULT_SENDING_RULES.sendingHours as Record<string, unknown>;
const closed = Object.fromEntries(Object.keys(week).map((day) => [day, 'closed']));

describe('the settings of when and how often texts leave', () => {
  it('X6 have lawful defaults', () => {
    expect(settingsSchema.parse(defaultSettings('Acme'))).toMatchObject({
      quietHours: 'enforced',
      sendingHours: { monday: { from: '09:00', to: '20:00' }, sunday: { from: '12:00', to: '20:00' } },
      unconfirmedStateHours: true,
      caps: { perDay: 3 },
    });
  });

  it.each([
    { sendingHours: { from: '09:00', to: '20:00' } },
    { sendingHours: { from: '00:00', to: '24:00' } },
    { sendingHours: { ...week, sunday: 'closed' } },
    { holidays: { dates: ['2026-12-24'], usFederal: true } },
    { caps: { perDay: 1, perWeek: 2, perAutomation: { perDay: 1 } } },
  ])('X6 take %j', (change) => {
    expect(messages(change)).toEqual([]);
  });

  it.each([
    [
      { sendingHours: { from: '21:00', to: '09:00' } },
      'sendingHours: sendingHours.to must be later than sendingHours.from: hours cannot pass midnight',
    ],
    [
      { sendingHours: { from: '05:00', to: '08:00' } },
      'sendingHours: Texts may leave between 08:00 and 21:00 only (47 CFR 64.1200(c)(1)); these hours lie outside',
    ],
    [
      { sendingHours: closed },
      'sendingHours: Open at least one day: with every day closed no text would ever leave',
    ],
    [
      { sendingHours: { monday: { from: '09:00', to: '20:00' } } },
      'sendingHours: Write {"from": "09:00", "to": "20:00"} for every day, or such hours or "closed" for each day from monday to sunday',
    ],
    [
      { holidays: { dates: ['12/24/2026'] } },
      'holidays.dates.0: Write dates as YYYY-MM-DD, for example 2026-12-24',
    ],
  ])('X6 refuse %j and say what to write', (change, message) => {
    expect(messages(change)).toEqual([message]);
  });

  it.each([
    { caps: { perDay: 0 } },
    { caps: { perDay: 41 } },
    { holidays: { dates: ['2026-02-30'] } },
    { quietHours: 'off' },
    { sendingHours: { ...week, monday: { from: '21:00', to: '22:00' } } },
  ])('X6 refuse %j', (change) => {
    expect(messages(change)).not.toEqual([]);
  });
});
