import { pauseBeforeRetry } from './dynamodb.ts';

/** Returned by an attempt when another writer was first, so that the data it read is outdated. */
export const LOST = Symbol('another writer was first');
export type Lost = typeof LOST;

/** Most attempts of one write. An item that loses more often has a fault, not a race. */
export const MAXIMUM_ATTEMPTS = 12;

export interface RetryLimits {
  readonly maximumAttempts?: number;
  /** Waits before an attempt. The round is 1 before the second attempt. */
  readonly pause?: (round: number) => Promise<void>;
}

/**
 * Repeats a write until no other writer is first. Every loop of optimistic concurrency uses it.
 *
 * @param what begins the error's message ("The settings"). It must hold no personal data.
 * @param attempt reads, decides and writes once; its round counts from 0.
 * @returns the result of the attempt that won.
 * @throws Error when the last attempt lost as well, and the error of an attempt.
 */
export async function retryLost<Result>(
  what: string,
  attempt: (round: number) => Promise<Result | Lost>,
  { maximumAttempts = MAXIMUM_ATTEMPTS, pause = pauseBeforeRetry }: RetryLimits = {},
): Promise<Result> {
  for (let round = 0; round < maximumAttempts; round++) {
    if (round > 0) await pause(round);
    const result = await attempt(round);
    if (result !== LOST) return result;
  }
  throw new Error(`${what} could not be written: other writers were first ${maximumAttempts} times`);
}

export interface VersionedChange<Before, Change, Result> {
  /** Reads the item to change, strongly consistent. */
  readonly read: () => Promise<Before>;
  /** The item as the caller has just read it. It saves the first attempt its read. */
  readonly known?: Before | undefined;
  /** Changes the item that was read, without I/O. Returns undefined when there is nothing to change; nothing is written then. */
  readonly change: (before: Before) => Change;
  /** Writes on the condition that no other writer has written since the read. */
  readonly write: (after: NonNullable<Change>, before: Before) => Promise<Result | Lost>;
}

/**
 * Changes a stored item while other writers may change it too. No change is lost: each attempt changes the newest version.
 *
 * @param what as in `retryLost`. @param limits as in `retryLost`.
 * @returns the result of the write; undefined when there was nothing to change.
 * @throws Error when other writers were first at every attempt.
 */
export function changeVersioned<Before, Change extends object | undefined, Result>(
  what: string,
  { read, known, change, write }: VersionedChange<Before, Change, Result>,
  limits?: RetryLimits,
): Promise<Result | Extract<Change, undefined>> {
  const attempt = async (round: number) => {
    const before = round === 0 && known !== undefined ? known : await read();
    const after = change(before);
    return after ? write(after, before) : (after as Extract<Change, undefined>);
  };
  return retryLost(what, attempt, limits);
}
