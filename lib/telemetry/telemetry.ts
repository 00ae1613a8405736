import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Counted, MEASURES, MeasureName, MetricName } from './metrics.ts';

/** Writes structured logs. Never give it a phone number, a text's body or a secret. */
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

/**
 * Writes measured values out at once. Zeros are written too, so that a graph tells zero from no measurement.
 *
 * @param values measure to value, in the unit of `MEASURES`.
 */
export function measure(values: Readonly<Partial<Record<MeasureName, number>>>): void {
  for (const [name, value] of Object.entries(values)) {
    metrics.addMetric(name, UNITS[name as MeasureName], value);
  }
  metrics.publishStoredMetrics();
}

/** Repeats the units of `MEASURES`, since an import would add all of lib/telemetry/metrics.ts to every bundle. */
const UNITS = {
  cycleMilliseconds: MetricUnit.Milliseconds,
  oldestDueSeconds: MetricUnit.Seconds,
} as const satisfies typeof MEASURES;

/** Counts how often each word occurs. @returns metric name to count: the prefix `text` and the word `sent` give `textSent`. */
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
  /** The error's message, if it may be logged. `message` is a key that the logger reserves. */
  readonly reason?: string;
  readonly status?: number;
  /** The errors that this one wraps. */
  readonly causes?: readonly ErrorDescription[];
};

/**
 * Describes an error for the log: its name, its message if our own code wrote it, the HTTP status of an SDK error, and the same of
 * each error that it wraps. Digits of a phone number in a message are replaced.
 */
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

/** Error classes whose messages come from our own code or from the language. */
const OURS = new Set<unknown>([Error, TypeError, AggregateError]);

/**
 * Converts an error into one that may be logged as a whole, with its name, its reason and the calls of its stack. An SDK error holds
 * items, and a message that is not ours can hold a number.
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
