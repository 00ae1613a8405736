import { CLAIM_GRACE_SECONDS } from '../../functions/reconcile/settle-claims.ts';
import type { FaultHarness } from './harness.ts';
import { countTexts, type Person, type TextCounts } from './people.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** A row for the table of npm run bench:faults. */
    faultResult?: FaultResult;
  }
}

/** One line of the table: a fault and the outcome of the texts that it met. */
export interface FaultResult extends TextCounts {
  readonly title: string;
  readonly injected: number;
  /** Seconds on the organization's clock since the last injected fault, or since arrival where the fault goes on. */
  readonly settledSeconds: number;
}

/**
 * The longest time that a text may take from arrival: a cycle, grace, a run of reconcile, a cycle; and another cycle and run,
 * because a fault that goes on can fail one of each (functions/reconcile/README.md).
 */
export const BOUND_SECONDS = CLAIM_GRACE_SECONDS + 2 * 300 + 3 * 60;
const MAXIMUM_MINUTES = 45;

/** Lets time pass, minute by minute, until no text is lost. */
export async function runUntilSettled(
  harness: FaultHarness,
  title: string,
  injected: () => number,
  people: readonly Person[],
  began = Date.now(),
  eachMinute: () => Promise<unknown> = async () => {},
): Promise<FaultResult> {
  const measure = async (): Promise<FaultResult> => ({
    title,
    injected: injected(),
    settledSeconds: Math.round((Date.now() - began) / 1000),
    // Our own API is read with the fault switched off.
    ...(await harness.dynamodb.undisturbed(() => countTexts(harness.world, people))),
  });
  let result: FaultResult | undefined;
  for (let minute = 0; minute < MAXIMUM_MINUTES && (result === undefined || result.lost > 0); minute++) {
    await eachMinute();
    await harness.scheduler.minute();
    result = await measure();
  }
  harness.clearFaults();
  return result ?? measure();
}
