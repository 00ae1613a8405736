import { parse } from 'iso8601-duration';
import * as z from 'zod';
import { templateSchema } from '../messaging/template.ts';

/** The kinds of automations. `campaign` is one broadcast of a campaign (T5): the campaign makes it, no admin does. */
export const automationKinds = ['newProspect', 'followUp', 'drip', 'campaign'] as const;
export const automationKindSchema = z.enum(automationKinds);

const duration = z.iso
  .duration({ error: 'Write the duration as ISO 8601, for example PT15M, P1D or P2W', abort: true })
  .refine(isAtMostTwoYears, 'A duration is at least nothing and at most two years');

function isAtMostTwoYears(value: string): boolean {
  if (value.startsWith('-') || value.length > 20) return false;
  try {
    // Compares numbers, since a year beyond 9999 is written with a sign and sorts before today.
    return Date.parse(addDuration('2026-01-01T00:00:00.000Z', value)) <= Date.UTC(2028, 0, 1);
  } catch {
    return false;
  }
}

function haveDistinctIds(steps: readonly { readonly id?: string | undefined }[]): boolean {
  const ids = steps.flatMap(({ id }) => id ?? []);
  return new Set(ids).size === ids.length;
}

/** Ids of forms and automations: short, readable, safe in a URL. */
export const idSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,47}$/, 'Use 1 to 48 lower-case letters, digits and hyphens');

/** An automation as it is stored and as admins send it. */
export const automationSchema = z.strictObject({
  id: idSchema,
  kind: automationKindSchema,
  name: z.string().trim().min(1).max(120),
  enabled: z.boolean().default(true),
  /** The steps in order. The first delay counts from enrolment, each further one from the step before. */
  steps: z
    .array(
      z.strictObject({
        /** Kept wherever the step stands. Given by the API where it is absent. */
        id: z
          .string()
          .regex(/^[a-z0-9]{1,16}$/, 'Use the id that the step was given, or none')
          .optional(),
        delay: duration,
        template: templateSchema,
      }),
    )
    .min(1)
    .max(50)
    .refine(haveDistinctIds, 'Two steps have the same id'),
  /** True: a text from the lead that is no keyword ends the lead's enrollment. */
  stopOnReply: z.boolean().default(true),
  /** Only numbers that are opted in by this keyword get its texts; upper case (T5). */
  keyword: z.string().optional(),
  /** A step that was held longer than this is dropped, so that nobody gets a stale text. */
  maximumAge: duration.default('P7D'),
  /** When it was created: an automation that is removed and created again is another one. Set by the API. */
  createdAt: z.string().optional(),
});
export type Automation = z.infer<typeof automationSchema>;

/**
 * Adds an ISO 8601 duration to a moment, by the calendar, in UTC on every machine. A month after
 * 31 January is the last day of February.
 *
 * @param moment ISO 8601. @returns ISO 8601 UTC with milliseconds.
 * @param isoDuration ISO 8601, for example `P1DT2H`.
 * @throws RangeError when `isoDuration` is no duration, or the end is after the year 275760.
 */
export function addDuration(moment: string, isoDuration: string): string {
  const {
    years = 0,
    months = 0,
    weeks = 0,
    days = 0,
    hours = 0,
    minutes = 0,
    seconds = 0,
  } = parse(isoDuration);
  const end = new Date(moment);
  const day = end.getUTCDate();
  end.setUTCDate(1);
  end.setUTCMonth(end.getUTCMonth() + years * 12 + months);
  const lastDay = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
  end.setUTCDate(Math.min(day, lastDay));
  const elapsedHours = (weeks * 7 + days) * 24 + hours;
  return new Date(end.getTime() + (elapsedHours * 60 + minutes) * 60_000 + seconds * 1000).toISOString();
}
