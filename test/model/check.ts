import fc from 'fast-check';
import type { Harness } from './harness.ts';
import { type History, histories } from './history.ts';
import { playHistory } from './play.ts';
import { failureReport } from './report.ts';

/** Limits the search for a smaller history once one has failed. */
const SHRINKING_MILLISECONDS = 90_000;

export interface Plan {
  readonly histories: number;
  readonly seed: number;
  /** The path that a failed run printed: plays its smallest history again. */
  readonly path?: string | undefined;
}

/** Plays random histories. @returns undefined when every one kept the promise, else a report of the smallest that did not. */
export async function checkHistories(
  harness: Harness,
  { histories: numRuns, seed, path }: Plan,
  onPlayed: () => void = () => {},
): Promise<string | undefined> {
  let failedAt: number | undefined;
  const property = fc.asyncProperty(histories(), async (history) => {
    // The time for shrinking is over: every further candidate passes.
    if (failedAt !== undefined && performance.now() - failedAt > SHRINKING_MILLISECONDS) return;
    try {
      await playHistory(harness, history);
      onPlayed();
    } catch (error) {
      failedAt ??= performance.now();
      throw error;
    }
  });
  const result = await fc.check(property, { numRuns, seed, ...(path !== undefined && { path }) });
  if (!result.failed) return undefined;
  const [history] = result.counterexample as [History];
  const { message, stack } = result.errorInstance as Error;
  return [
    `History ${result.numRuns} of ${numRuns} broke the promise; this is the smallest of ${result.numShrinks + 1} that do.`,
    failureReport(history),
    `Then: ${message}`,
    `Play it again: npm run model -- --seed ${seed} --path ${result.counterexamplePath}`,
    stack ?? '',
  ].join('\n');
}
