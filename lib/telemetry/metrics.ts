import { waitingReasons } from '../gate/release.ts';
import { evidenceSources } from '../consent/consent-event.ts';
import { differences } from '../drift/drift.ts';
import { textOutcomes } from '../gate/outcomes.ts';

/** A word behind a prefix: `text` and `sent` give `textSent`. */
export type Counted<P extends string, W extends string> = `${P}${Capitalize<W>}`;

/** Metric names out of words. */
export function counted<P extends string, W extends string>(prefix: P, words: readonly W[]): Counted<P, W>[] {
  return words.map((word) => `${prefix}${word.charAt(0).toUpperCase()}${word.slice(1)}` as Counted<P, W>);
}

/** Texts by how the gate ended them, and why those that wait do; consent by where it came from. */
export const TEXTS = counted('text', textOutcomes);
export const HELD = counted('held', waitingReasons);
export const OPT_INS = counted('optIn', evidenceSources);
export const OPT_OUTS = counted('optOut', evidenceSources);

/**
 * The metrics of each function: what alarms and the dashboard name and what the code writes out, so that neither can drift.
 * All are counts but those of `MEASURES`.
 */
export const METRICS = {
  'form-webhook': counted('submission', ['accepted', 'refused', 'trapped', 'limited', 'failed']),
  'twilio-inbound': [
    ...counted('inbound', ['stop', 'start', 'yes', 'help', 'keyword', 'doubtful', 'conversation']),
    'inboundForged',
    'inboundIgnored',
    'inboundFailed',
  ],
  'twilio-status': [...counted('callback', ['applied', 'stale', 'unknown']), 'callbackForged'],
  'registry-jobs': counted('export', ['done', 'handedOn', 'taken', 'failed']),
  'sender-admin': [
    ...counted('carrierList', ['told', 'inStep', 'refused', 'tollFree', 'unsettled']),
    'carrierListFailed',
  ],
  'automation-cycle': [
    'cycleEnqueued',
    'cycleUnfinished',
    'sweepEnqueued',
    'sweepUnfinished',
    'waitingEnded',
    'cycleMilliseconds',
    'oldestDueSeconds',
  ],
  'send-gate': [...TEXTS, ...HELD, 'textFailed'],
  'consent-changes': ['changeFailed', 'enrollmentWoken', ...OPT_INS, ...OPT_OUTS],
  'publish-events': ['eventPublished', 'eventRefused', 'eventUnreadable'],
  'crm-lookup': ['crmLookedUp', 'crmAttested', 'crmWritten', 'crmFailed'],
  reconcile: [
    ...counted('claim', ['found', 'reopened', 'movedOn', 'settled']),
    'submissionFinished',
    'driftFound',
    'driftSettled',
    ...counted('drift', differences),
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
