import * as z from 'zod';

/** What became of one field of one record, or of a mapping that leads to none. */
export const writeSchema = z.object({
  checkbox: z.int(),
  object: z.string(),
  field: z.string(),
  recordId: z.string().optional(),
  /**
   * - `written`: ticked, and read back as ticked. `already`: it was.
   * - `noRecord`: no record of that object has the number yet.
   * - `notWritable`: the field is missing, hidden, read-only or no checkbox.
   * - `notKept`: Salesforce took it and the field is unticked all the same.
   * - `refused`: Salesforce refused it, with its code.
   */
  outcome: z.enum(['written', 'already', 'noRecord', 'notWritable', 'notKept', 'refused']),
  code: z.string().optional(),
});
export type Write = z.infer<typeof writeSchema>;

/** Something to do for a number in the CRM: look it up, and tick what its lead ticked on a form (H9). */
export const crmJobSchema = z.object({
  /** E.164. */
  number: z.string(),
  /** The submission's or lead's: the same one twice is one errand. */
  id: z.string(),
  /** Numbers of the checkboxes that were ticked; none: only a look-up. */
  checkboxes: z.array(z.int()),
  createdAt: z.string(),
  dueAt: z.string(),
  attempts: z.int().nonnegative(),
  status: z.enum(['open', 'done', 'failed']),
  writes: z.array(writeSchema),
});
export type CrmJob = z.infer<typeof crmJobSchema>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** How long to wait after each fruitless attempt; the last one again and again. */
const RETRY_DELAYS_MILLISECONDS = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 12 * HOUR, 24 * HOUR];
/** A lead that is not in the CRM by then will not be. */
const GIVE_UP_AFTER_MILLISECONDS = 30 * 24 * HOUR;
/** How long a finished errand stays to be seen. */
const KEPT_SECONDS = 90 * 24 * 60 * 60;

export function newCrmJob(
  { number, id, checkboxes }: Pick<CrmJob, 'number' | 'id' | 'checkboxes'>,
  now: Date,
): CrmJob {
  const at = now.toISOString();
  return { number, id, checkboxes, createdAt: at, dueAt: at, attempts: 0, status: 'open', writes: [] };
}

/** The errand after an attempt: done, due again later, or given up on after a month. */
export function afterAttempt(crmJob: CrmJob, writes: readonly Write[], now: Date): CrmJob {
  const attempts = crmJob.attempts + 1;
  const attempted = { ...crmJob, attempts, writes: [...writes] };
  if (writes.every(({ outcome }) => outcome === 'written' || outcome === 'already')) {
    return { ...attempted, status: 'done' };
  }
  if (now.getTime() - Date.parse(crmJob.createdAt) > GIVE_UP_AFTER_MILLISECONDS)
    return { ...attempted, status: 'failed' };
  const pause = RETRY_DELAYS_MILLISECONDS[Math.min(attempts, RETRY_DELAYS_MILLISECONDS.length) - 1] ?? MINUTE;
  return { ...attempted, dueAt: new Date(now.getTime() + pause).toISOString() };
}

/** When a finished errand may be forgotten, in seconds since 1970. */
export function expiryOf(now: Date): number {
  return Math.floor(now.getTime() / 1000) + KEPT_SECONDS;
}
