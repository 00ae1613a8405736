import { CLAIM_GRACE_SECONDS } from '../../functions/reconcile/settle-claims.ts';
import { type Account, account, type Person } from './people.ts';
import type { Stage } from './stage.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** What the test leaves for the table of npm run bench:faults. */
    row?: Row;
  }
}

/** One line of the table: a fault and what became of the texts that it met. */
export interface Row extends Account {
  readonly fault: string;
  readonly injected: number;
  /** From the last thing that went wrong on purpose, or from arrival where it goes on, on the organization's clock. */
  readonly settledSeconds: number;
}

/**
 * Longest that a text may take from arrival: a cycle, grace, a run of reconcile, a cycle; and another cycle and run, because a fault
 * that goes on can fail one of each (functions/reconcile/README.md).
 */
export const BOUND_SECONDS = CLAIM_GRACE_SECONDS + 2 * 300 + 3 * 60;
const MOST_MINUTES = 45;

/** Lets time pass, minute by minute, until every text is accounted for. */
export async function settle(
  stage: Stage,
  fault: string,
  injected: () => number,
  people: readonly Person[],
  began = Date.now(),
  eachMinute: () => Promise<unknown> = async () => {},
): Promise<Row> {
  const now = async (): Promise<Row> => ({
    fault,
    injected: injected(),
    settledSeconds: Math.round((Date.now() - began) / 1000),
    // Our books are asked past the fault.
    ...(await stage.dynamodb.undisturbed(() => account(stage.world, people))),
  });
  let row: Row | undefined;
  for (let minute = 0; minute < MOST_MINUTES && (row === undefined || row.lost > 0); minute++) {
    await eachMinute();
    await stage.clock.minute();
    row = await now();
  }
  stage.calm();
  return row ?? now();
}
