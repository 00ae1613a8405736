import * as z from 'zod';

const clock = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'Write the time as HH:MM, for example 09:00');

/** The hours of one day, on the recipient's clock. */
export const hoursSchema = z
  .strictObject({ from: clock, to: clock })
  .refine(
    ({ from, to }) => from < to,
    'sendingHours.to must be later than sendingHours.from: hours cannot pass midnight',
  )
  .refine(
    ({ from, to }) => from >= to || (from < '21:00' && to > '08:00'),
    'Texts may leave between 08:00 and 21:00 only (47 CFR 64.1200(c)(1)); these hours lie outside',
  );

export const weekdays = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;

const day = z.union([hoursSchema, z.literal('closed')]);

export const weekSchema = z
  .strictObject({
    monday: day,
    tuesday: day,
    wednesday: day,
    thursday: day,
    friday: day,
    saturday: day,
    sunday: day,
  })
  .refine(
    (days) => Object.values(days).some((one) => one !== 'closed'),
    'Open at least one day: with every day closed no text would ever leave',
  );

/** The highest cap: a conversation holds so many automated texts (X6). */
export const MAXIMUM_COUNTED_SENDS = 40;
const cap = z.int().min(1).max(MAXIMUM_COUNTED_SENDS);

/** The settings of quiet hours and caps (X6). The hours cannot widen the law's: while `quietHours` is enforced, both must agree. */
export const sendingRulesShape = {
  /**
   * `enforced`, or `offForTesting`: texts leave at any hour of any day, which is unlawful for texts to the public. For demos
   * and tests only; every decision's trace says so.
   */
  quietHours: z.enum(['enforced', 'offForTesting']),
  /**
   * Hours in which automated texts may leave, on the recipient's clock: the same hours every day, or hours or `closed` for each
   * weekday. No automated text leaves outside the law's hours, even if these hours are wider.
   */
  sendingHours: z.union([hoursSchema, weekSchema], {
    error:
      'Write {"from": "09:00", "to": "20:00"} for every day, or such hours or "closed" for each day from monday to sunday',
  }),
  /** Dates, on the recipient's calendar, on which no automated text leaves. */
  holidays: z.strictObject({
    dates: z.array(z.iso.date('Write dates as YYYY-MM-DD, for example 2026-12-24')).max(200).default([]),
    usFederal: z.boolean().default(false),
  }),
  /** True: state hours that could not be confirmed (Rhode Island's) hold. Ask a lawyer before switching them off. */
  unconfirmedStateHours: z.boolean(),
  /** Most automated texts to one number within 24 hours and within 7 days, of all automations and of each automation. */
  caps: z.strictObject({
    perDay: cap.default(3),
    perWeek: cap.default(21),
    perAutomation: z.strictObject({ perDay: cap.optional(), perWeek: cap.optional() }).default({}),
  }),
};
const sendingRulesSchema = z.object(sendingRulesShape);
export type SendingRules = z.infer<typeof sendingRulesSchema>;

const ON_WEEKDAYS = { from: '09:00', to: '20:00' };

/** The product's default: 9-20 Monday to Saturday, 12-20 on Sunday, three automated texts in 24 hours. */
export const DEFAULT_SENDING_RULES: SendingRules = {
  quietHours: 'enforced',
  sendingHours: {
    monday: ON_WEEKDAYS,
    tuesday: ON_WEEKDAYS,
    wednesday: ON_WEEKDAYS,
    thursday: ON_WEEKDAYS,
    friday: ON_WEEKDAYS,
    saturday: ON_WEEKDAYS,
    sunday: { from: '12:00', to: '20:00' },
  },
  holidays: { dates: [], usFederal: false },
  unconfirmedStateHours: true,
  caps: { perDay: 3, perWeek: 21, perAutomation: {} },
};
