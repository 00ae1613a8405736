import { evidenceSources } from '../consent/consent-event.ts';
import { differences } from '../drift/drift.ts';
import { textOutcomes } from '../gate/outcomes.ts';
import { waitingReasons } from '../gate/wake.ts';

/** A word behind a prefix: `text` and `sent` give `textSent`. */
export type Counted<P extends string, W extends string> = `${P}${Capitalize<W>}`;

/** Metric names out of words. */
export function metricNames<P extends string, W extends string>(
  prefix: P,
  words: readonly W[],
): Counted<P, W>[] {
  return words.map((word) => `${prefix}${word.charAt(0).toUpperCase()}${word.slice(1)}` as Counted<P, W>);
}

/** Texts by how the gate ended them, and why those that wait do; consent by where it came from. */
export const TEXTS = metricNames('text', textOutcomes);
export const HELD = metricNames('held', waitingReasons);
export const OPT_INS = metricNames('optIn', evidenceSources);
export const OPT_OUTS = metricNames('optOut', evidenceSources);

/**
 * The metrics of each function: what alarms and the dashboard name and what the code writes out, so that neither can drift.
 * All are counts but those of `MEASURES`.
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
  /** From a cycle's first read to its last mark. */
  cycleMilliseconds: 'Milliseconds',
  /** How long the oldest text has been due that had not left when a cycle or sweep looked. */
  oldestDueSeconds: 'Seconds',
} as const satisfies Partial<Record<MetricName, 'Milliseconds' | 'Seconds'>>;
export type MeasureName = keyof typeof MEASURES;
