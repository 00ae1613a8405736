import { evidenceSources } from '../consent/consent-event.ts';
import { differences } from '../drift/drift.ts';
import { textOutcomes } from '../gate/outcomes.ts';
import { waitingReasons } from '../gate/wake.ts';

/** Type of a word after a prefix: `text` and `sent` give `textSent`. */
export type Counted<P extends string, W extends string> = `${P}${Capitalize<W>}`;

/** Builds metric names from words: `text` and `sent` give `textSent`. */
export function metricNames<P extends string, W extends string>(
  prefix: P,
  words: readonly W[],
): Counted<P, W>[] {
  return words.map((word) => `${prefix}${word.charAt(0).toUpperCase()}${word.slice(1)}` as Counted<P, W>);
}

/** Counts of texts by the gate's outcome. */
export const TEXTS = metricNames('text', textOutcomes);
/** Counts of held texts by reason. */
export const HELD = metricNames('held', waitingReasons);
/** Counts of opt-ins by the source of their evidence. */
export const OPT_INS = metricNames('optIn', evidenceSources);
/** Counts of opt-outs by the source of their evidence. */
export const OPT_OUTS = metricNames('optOut', evidenceSources);

/**
 * Lists the metrics of each function. The functions that write them and the stack's alarms and dashboard share this list, so
 * that the names cannot differ. All are counts, except those of `MEASURES`.
 */
export const METRICS = {
  'form-webhook': metricNames('submission', ['accepted', 'refused', 'trapped', 'limited', 'failed']),
  'twilio-inbound': [
    ...metricNames('inbound', ['stop', 'start', 'yes', 'help', 'keyword', 'doubtful', 'conversation']),
    'inboundForged',
    'inboundIgnored',
    'inboundUnreadable',
    'inboundFailed',
  ],
  'twilio-status': [
    ...metricNames('callback', ['applied', 'stale', 'unknown', 'campaignBlocked']),
    'callbackForged',
    'callbackFailed',
  ],
  'admin-api': ['adminRequestFailed'],
  'registry-jobs': metricNames('export', ['done', 'handedOn', 'taken', 'retrying', 'failed']),
  'sender-admin': [
    ...metricNames('carrierList', ['told', 'inStep', 'refused', 'tollFree', 'unsettled']),
    'carrierListFailed',
    'senderRequestFailed',
  ],
  'automation-cycle': [
    'cycleEnqueued',
    'cycleUnfinished',
    'sweepEnqueued',
    'sweepUnfinished',
    'waitingEnded',
    'cycleMilliseconds',
    'oldestDueSeconds',
    'cycleFailed',
  ],
  'send-gate': [...TEXTS, ...HELD, 'textFailed'],
  'consent-changes': ['changeFailed', 'enrollmentWoken', ...OPT_INS, ...OPT_OUTS],
  jobs: ['jobFailed', 'enrollmentWoken'],
  'publish-events': ['eventPublished', 'eventRefused', 'eventUnreadable', 'publishFailed'],
  'crm-lookup': ['crmLookedUp', 'crmAttested', 'crmWritten', 'crmFailed', 'crmRequestFailed'],
  reconcile: [
    ...metricNames('claim', ['found', 'campaignBlocked', 'reopened', 'movedOn', 'settled']),
    'submissionFinished',
    'driftFound',
    'driftSettled',
    ...metricNames('drift', differences),
    'reconcileFailed',
  ],
} as const;
export type MeteredFunction = keyof typeof METRICS;
export type MetricName = (typeof METRICS)[MeteredFunction][number];

/** Metrics that are no counts, with CloudWatch's units. */
export const MEASURES = {
  /** Time from a cycle's first read to its last watermark. */
  cycleMilliseconds: 'Milliseconds',
  /** Time since the oldest text became due that had not left when a cycle or sweep looked. */
  oldestDueSeconds: 'Seconds',
} as const satisfies Partial<Record<MetricName, 'Milliseconds' | 'Seconds'>>;
export type MeasureName = keyof typeof MEASURES;
