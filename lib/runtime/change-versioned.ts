import { pauseBeforeRetry } from './dynamodb.ts';

/** Says that another writer was first: what the attempt read does not hold any more. */
export const LOST = Symbol('another writer was first');
export type Lost = typeof LOST;

/** More writers to one item at the same moment than this are a fault, not a race. */
export const MAXIMUM_ATTEMPTS = 12;

export interface RetryLimits {
  readonly maximumAttempts?: number;
  /** Waits before the attempt of a round, from 1 on. */
  readonly pause?: (round: number) => Promise<void>;
}

/**
 * Makes a write until no other writer is first. Every loop of optimistic concurrency is this one.
 *
 * @param what names in the error what cannot be written ("The settings"), without personal data.
 * @param attempt reads, decides and writes once; its round counts from 0.
 * @throws Error when the last attempt lost as well.
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
  /** Reads what is to be changed, strongly consistent. */
  readonly read: () => Promise<Before>;
  /** What was read a moment ago: spares the first attempt its read. */
  readonly known?: Before | undefined;
  /** Decides on what was read, without I/O. undefined: there is nothing to change, and nothing is written. */
  readonly change: (before: Before) => Change;
  /** Writes on the condition that nobody else has written since the read. */
  readonly write: (after: NonNullable<Change>, before: Before) => Promise<Result | Lost>;
}

/**
 * Changes a stored item, however many others do at the same time: no change is lost, since each is made to what the one
 * before it left.
 *
 * @param what as of `retryLost`. @param limits as of `retryLost`.
 * @returns what the write answered; undefined when there was nothing to change.
 * @throws Error when others were first at every attempt.
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
