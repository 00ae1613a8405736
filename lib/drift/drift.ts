import * as z from 'zod';

/** The kinds of difference between the registry and Twilio (X11). */
export const differences = [
  /** A STOP, or the like, never reached us. It is recorded as an opt-out. */
  'stopMissed',
  /** A START never reached us. It is not recorded: an opt-in is never taken from a list. */
  'startMissed',
  /** A START or keyword reached us after an opt-out that the person sent later. The opt-out is recorded again. */
  'startOutOfOrder',
  /** Twilio received a text for us that never reached us. It is put into its conversation. */
  'textMissed',
  /** Twilio knows of an opt-out that the registry does not know. It is recorded. */
  'optOutUnknown',
  /** A text left from our sender that sendgate did not send. */
  'textNotOurs',
  /** A delivery report of a text never reached us. It is applied. */
  'callbackMissed',
  /** Twilio accepted a text and does not know it any more. */
  'textNotAtTwilio',
] as const;

/** A difference, reported once however often it is seen. */
export const driftFindingSchema = z.object({
  /** The report in which it appeared first. */
  reportId: z.string(),
  difference: z.enum(differences),
  /** SID of the text at Twilio that shows the difference. */
  messageSid: z.string(),
  number: z.string(),
  /** Time of the text by Twilio's clock, ISO 8601. */
  occurredAt: z.string(),
  foundAt: z.string(),
  /** True when it was corrected, toward the stricter side; otherwise a person must look into it. */
  settled: z.boolean(),
  sentence: z.string(),
});
export type DriftFinding = z.infer<typeof driftFindingSchema>;
/** A finding that is not part of a report yet. */
export type NewDriftFinding = Omit<DriftFinding, 'reportId' | 'foundAt'>;

const countsSchema = z.object({
  /** Texts that were compared, Twilio's and ours. Consecutive reports overlap, so that both may count the same text. */
  compared: z.int(),
  found: z.int(),
  settled: z.int(),
  byDifference: z.partialRecord(z.enum(differences), z.int()),
});
export type DriftCounts = z.infer<typeof countsSchema>;
export const noCounts: DriftCounts = { compared: 0, found: 0, settled: 0, byDifference: {} };

/** The report of one comparison, over the period from `from` to `to`. */
export const reportSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  endedAt: z.string(),
  ...countsSchema.shape,
});
export type DriftReport = z.infer<typeof reportSchema>;

/** The watermark of the comparison with Twilio. */
export const markSchema = z.object({
  /** End of the last period that was compared completely. */
  through: z.string().optional(),
  /** The state of a comparison that ran out of time, from which the next call continues. */
  open: z
    .object({
      id: z.string(),
      from: z.string(),
      to: z.string(),
      /** The list that is being compared: first Twilio's, then ours. */
      list: z.enum(['twilio', 'ours']),
      cursor: z.string().optional(),
      counts: countsSchema,
    })
    .optional(),
});
export type DriftMark = z.infer<typeof markSchema>;
export type OpenComparison = NonNullable<DriftMark['open']>;

/** Time between the starts of two comparisons. */
const INTERVAL_SECONDS = 15 * 60;
/** Each period begins this long before the end of the last one, to include texts that were too recent then. */
const OVERLAP_SECONDS = 3600;
/** Length of the first period. */
const FIRST_PERIOD_SECONDS = 24 * 3600;

/** Selects the comparison to start or to continue now; undefined when the last one was less than 15 minutes ago. */
export function nextComparison(mark: DriftMark, now: Date): OpenComparison | undefined {
  if (mark.open) return mark.open;
  const ago = (seconds: number, from = now.getTime()) => new Date(from - seconds * 1000).toISOString();
  if (mark.through !== undefined && mark.through > ago(INTERVAL_SECONDS)) return undefined;
  const from =
    mark.through === undefined ? ago(FIRST_PERIOD_SECONDS) : ago(OVERLAP_SECONDS, Date.parse(mark.through));
  const to = now.toISOString();
  return { id: to, from, to, list: 'twilio', counts: noCounts };
}

/** Adds the results of one page to the counts of a comparison. @param compared number of texts that the page compared. */
export function addCounts(
  counts: DriftCounts,
  compared: number,
  findings: readonly NewDriftFinding[],
): DriftCounts {
  const byDifference = { ...counts.byDifference };
  for (const { difference } of findings) byDifference[difference] = (byDifference[difference] ?? 0) + 1;
  return {
    compared: counts.compared + compared,
    found: counts.found + findings.length,
    settled: counts.settled + findings.filter(({ settled }) => settled).length,
    byDifference,
  };
}

/** Twilio has made all its webhook calls by then, retries included. */
const INBOUND_GRACE_SECONDS = 120;
/** Much longer than the time after which `reconcile` settles a claim. */
const OUTBOUND_GRACE_SECONDS = 1800;

/** Checks that a text is old enough to compare: its webhook or delivery report should have reached us by `now`. */
export function isRipe(direction: 'inbound' | 'outbound', at: string, now: Date): boolean {
  const grace = direction === 'inbound' ? INBOUND_GRACE_SECONDS : OUTBOUND_GRACE_SECONDS;
  return Date.parse(at) <= now.getTime() - grace * 1000;
}
