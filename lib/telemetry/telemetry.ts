import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Counted, MEASURES, MeasureName, MetricName } from './metrics.ts';

/** Structured logs. Never give it a phone number, a body or a secret. */
export const logger = new Logger();

const metrics = new Metrics();

/**
 * Counts outcomes by name and writes them out at once, as CloudWatch's embedded metric format.
 *
 * @param counts metric name to how often; zeros are left out.
 */
export function countOutcomes(counts: Readonly<Partial<Record<MetricName, number>>>): void {
  const counted = Object.entries(counts).filter(([, count]) => count > 0);
  if (counted.length === 0) return;
  for (const [name, count] of counted) metrics.addMetric(name, MetricUnit.Count, count);
  metrics.publishStoredMetrics();
}

/** Writes out what was measured, zeros too: a graph shows that somebody looked. */
export function measure(values: Readonly<Partial<Record<MeasureName, number>>>): void {
  for (const [name, value] of Object.entries(values)) {
    metrics.addMetric(name, UNITS[name as MeasureName], value);
  }
  metrics.publishStoredMetrics();
}

/** Spelled again rather than imported: the words of lib/telemetry/metrics.ts would come along into every bundle. */
const UNITS = {
  cycleMilliseconds: MetricUnit.Milliseconds,
  oldestDueSeconds: MetricUnit.Seconds,
} as const satisfies typeof MEASURES;

/** How often each word occurs, as metric names behind a prefix: `text` and `sent` give `textSent`. */
export function countBy<P extends string, W extends string>(
  prefix: P,
  words: readonly W[],
): Partial<Record<Counted<P, W>, number>> {
  const counts: Partial<Record<Counted<P, W>, number>> = {};
  for (const word of words) {
    const name = `${prefix}${word.charAt(0).toUpperCase()}${word.slice(1)}` as Counted<P, W>;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

export type ErrorDescription = {
  readonly name: string;
  /** Not `message`, a key that the logger keeps for itself. */
  readonly reason?: string;
  readonly status?: number;
  /** The errors that this one wraps. */
  readonly causes?: readonly ErrorDescription[];
};

/** Says of an error what may be logged: its name, its message only where our own code wrote it, and the same of each error it wraps. */
export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { name: typeof error };
  const { name, message, cause } = error;
  const wrapped = error instanceof AggregateError ? error.errors : cause instanceof Error ? [cause] : [];
  const causes = wrapped.length > 0 ? { causes: wrapped.map(describeError) } : {};
  if (OURS.has(error.constructor))
    return { name, reason: message.replace(/\+?\d{7,}/g, '[number]'), ...causes };
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return { name, ...(status !== undefined && { status }), ...causes };
}

/** Classes of errors whose messages are our own words, or the language's. */
const OURS = new Set<unknown>([Error, TypeError, AggregateError]);

/**
 * Makes of an error one that may be logged whole: its name, its reason and the calls on its stack. The SDK's errors hold items, and a
 * message that is not ours can hold a number.
 */
export function loggableError(error: unknown): Error {
  const { name, reason = 'see the log' } = describeError(error);
  const { stack = '', message = '' } = error instanceof Error ? error : {};
  const at = stack.indexOf(message);
  const calls = at < 0 ? [] : stack.slice(at + message.length).split('\n');
  return Object.assign(new Error(reason), {
    name,
    stack: [`${name}: ${reason}`, ...calls.slice(1)].join('\n'),
  });
}
