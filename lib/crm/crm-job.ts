import * as z from 'zod';

/** The outcome of one write to a field of a record, or of a mapping without a record. */
export const writeSchema = z.object({
  checkbox: z.int(),
  object: z.string(),
  field: z.string(),
  recordId: z.string().optional(),
  /**
   * - `written`: the field was ticked and read back as ticked. `already`: it was ticked before.
   * - `noRecord`: no record of that object has the number yet.
   * - `notWritable`: the field is missing, hidden, read-only or no checkbox.
   * - `notKept`: Salesforce accepted the write, but the field is still unticked.
   * - `refused`: Salesforce refused the write, with its code.
   */
  outcome: z.enum(['written', 'already', 'noRecord', 'notWritable', 'notKept', 'refused']),
  code: z.string().optional(),
});
export type Write = z.infer<typeof writeSchema>;

/** A CRM job: looks a number up (H6) and ticks the fields of the checkboxes that its lead ticked on a form (H9). */
export const crmJobSchema = z.object({
  /** E.164. */
  number: z.string(),
  /** Id of the submission or lead; the same id twice is one job. */
  id: z.string(),
  /** Numbers of the ticked checkboxes; empty when there is only a look-up to do. */
  checkboxes: z.array(z.int()),
  createdAt: z.string(),
  dueAt: z.string(),
  attempts: z.int().nonnegative(),
  status: z.enum(['open', 'done', 'failed']),
  writes: z.array(writeSchema),
});
export type CrmJob = z.infer<typeof crmJobSchema>;

const MINUTE_MILLISECONDS = 60_000;
const HOUR_MILLISECONDS = 60 * MINUTE_MILLISECONDS;
/** Delays after failed attempts, in order. The last one repeats. */
const RETRY_DELAYS_MILLISECONDS = [
  MINUTE_MILLISECONDS,
  5 * MINUTE_MILLISECONDS,
  30 * MINUTE_MILLISECONDS,
  2 * HOUR_MILLISECONDS,
  12 * HOUR_MILLISECONDS,
  24 * HOUR_MILLISECONDS,
];
/** A job fails after this time: a lead that is not in the CRM by then is not expected any more. */
const GIVE_UP_AFTER_MILLISECONDS = 30 * 24 * HOUR_MILLISECONDS;
/** A finished job is kept and listed for this long. */
const RETENTION_SECONDS = 90 * 24 * 60 * 60;

/** Builds an open CRM job that is due now. */
export function newCrmJob(
  { number, id, checkboxes }: Pick<CrmJob, 'number' | 'id' | 'checkboxes'>,
  now: Date,
): CrmJob {
  const at = now.toISOString();
  return { number, id, checkboxes, createdAt: at, dueAt: at, attempts: 0, status: 'open', writes: [] };
}

/** Changes a CRM job after an attempt: it is done, due again later, or failed after 30 days. */
export function afterAttempt(crmJob: CrmJob, writes: readonly Write[], now: Date): CrmJob {
  const attempts = crmJob.attempts + 1;
  const attempted = { ...crmJob, attempts, writes: [...writes] };
  if (writes.every(({ outcome }) => outcome === 'written' || outcome === 'already')) {
    return { ...attempted, status: 'done' };
  }
  if (now.getTime() - Date.parse(crmJob.createdAt) > GIVE_UP_AFTER_MILLISECONDS)
    return { ...attempted, status: 'failed' };
  const pause =
    RETRY_DELAYS_MILLISECONDS[Math.min(attempts, RETRY_DELAYS_MILLISECONDS.length) - 1] ??
    MINUTE_MILLISECONDS;
  return { ...attempted, dueAt: new Date(now.getTime() + pause).toISOString() };
}

/** Computes when a finished job may be deleted. @returns seconds since 1970. */
export function expiryOf(now: Date): number {
  return Math.floor(now.getTime() / 1000) + RETENTION_SECONDS;
}
