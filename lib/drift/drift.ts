import * as z from 'zod';

/** What the registry and Twilio can differ in. */
export const differences = [
  /** Somebody texted STOP, or its like, and we have not heard of it. Recorded as an opt-out. */
  'stopMissed',
  /** Somebody texted START and we have not heard of it. Not recorded: an opt-in is never taken from a list. */
  'startMissed',
  /** A text to us is in no conversation. Put into it. */
  'textMissed',
  /** Twilio knows of an opt-out that the registry does not. Recorded as one. */
  'optOutUnknown',
  /** A text left from our sender that we did not send. */
  'textNotOurs',
  /** News of a text that never reached us. Applied. */
  'callbackMissed',
  /** A text that Twilio took and does not know any more. */
  'textNotAtTwilio',
] as const;

/** One difference, told once however often it is seen. */
export const driftFindingSchema = z.object({
  /** The report that told it first. */
  reportId: z.string(),
  difference: z.enum(differences),
  /** Of the text at Twilio that shows it. */
  messageSid: z.string(),
  number: z.string(),
  /** When the text was sent or received, as Twilio says. */
  occurredAt: z.string(),
  foundAt: z.string(),
  /** Whether it was put right, toward the stricter side; otherwise a person has to look. */
  settled: z.boolean(),
  sentence: z.string(),
});
export type DriftFinding = z.infer<typeof driftFindingSchema>;
/** A finding before it stands in a report. */
export type NewDriftFinding = Omit<DriftFinding, 'reportId' | 'foundAt'>;

const countsSchema = z.object({
  /** Texts of Twilio's and of ours that were compared; those near the window's edges again in the next report. */
  compared: z.int(),
  found: z.int(),
  settled: z.int(),
  byDifference: z.partialRecord(z.enum(differences), z.int()),
});
export type DriftCounts = z.infer<typeof countsSchema>;
export const noCounts: DriftCounts = { compared: 0, found: 0, settled: 0, byDifference: {} };

/** One comparison of a stretch of time. */
export const reportSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  endedAt: z.string(),
  ...countsSchema.shape,
});
export type DriftReport = z.infer<typeof reportSchema>;

/** How far the comparison has come. */
export const markSchema = z.object({
  /** End of the last stretch that was compared to its end. */
  through: z.string().optional(),
  /** A comparison that ran out of time goes on from here. */
  open: z
    .object({
      id: z.string(),
      from: z.string(),
      to: z.string(),
      /** Twilio's list comes first, then ours. */
      list: z.enum(['twilio', 'ours']),
      cursor: z.string().optional(),
      counts: countsSchema,
    })
    .optional(),
});
export type DriftMark = z.infer<typeof markSchema>;
export type OpenComparison = NonNullable<DriftMark['open']>;

/** Between the starts of two comparisons. */
export const RATE_SECONDS = 15 * 60;
/** A stretch begins so long before the end of the last one: what was too young then is compared now. */
export const OVERLAP_SECONDS = 3600;
/** The first stretch. */
const FIRST_SECONDS = 24 * 3600;

/** The comparison that is to be made or to go on now, or undefined when the last one is not long ago. */
export function nextComparison(mark: DriftMark, now: Date): OpenComparison | undefined {
  if (mark.open) return mark.open;
  const ago = (seconds: number, from = now.getTime()) => new Date(from - seconds * 1000).toISOString();
  if (mark.through !== undefined && mark.through > ago(RATE_SECONDS)) return undefined;
  const from =
    mark.through === undefined ? ago(FIRST_SECONDS) : ago(OVERLAP_SECONDS, Date.parse(mark.through));
  const to = now.toISOString();
  return { id: to, from, to, list: 'twilio', counts: noCounts };
}

/** Adds what was found in one page. */
export function addCounts(
  counts: DriftCounts,
  compared: number,
  found: readonly NewDriftFinding[],
): DriftCounts {
  const byDifference = { ...counts.byDifference };
  for (const { difference } of found) byDifference[difference] = (byDifference[difference] ?? 0) + 1;
  return {
    compared: counts.compared + compared,
    found: counts.found + found.length,
    settled: counts.settled + found.filter(({ settled }) => settled).length,
    byDifference,
  };
}

/** Our webhook has answered by then, retries included. */
const INBOUND_GRACE_SECONDS = 120;
/** Far beyond what `reconcile` waits before it settles a claim. */
const OUTBOUND_GRACE_SECONDS = 1800;

/** Whether a text is old enough that its news must have reached us. */
export function isRipe(direction: 'inbound' | 'outbound', at: string, now: Date): boolean {
  const grace = direction === 'inbound' ? INBOUND_GRACE_SECONDS : OUTBOUND_GRACE_SECONDS;
  return Date.parse(at) <= now.getTime() - grace * 1000;
}
