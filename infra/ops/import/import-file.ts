import { EnvironmentProblem } from '../problem.ts';
import { type Answered, type Api, Refused, sendRequest } from './api.ts';
import { batchesOf } from './batches.ts';
import { rowsOf } from './file-rows.ts';

export interface FileImport {
  readonly path: string;
  readonly api: Api;
  /** Requests under way at once. */
  readonly atOnce: number;
  /** The row to begin with. */
  readonly from: number;
  /** Takes what became of some rows, in their order, and how many bytes of the file are done. */
  readonly onAnswered: (rows: readonly Answered[], end: number) => Promise<void>;
}

/** The import broke off. Every row before this one was answered. */
export class BrokenOff extends EnvironmentProblem {
  readonly from: number;

  constructor(from: number, cause: Error) {
    super(`${cause.message} Go on with --from ${from}.`);
    this.from = from;
  }
}

interface UnderWay {
  readonly firstRow: number;
  readonly end: number;
  readonly answered: Promise<readonly Answered[]>;
}

/**
 * Sends a file of documented opt-ins to the API in batches. Sent again, as a whole or from any row, it adds no event twice: the same
 * documentation of the same number is one event.
 *
 * @throws BrokenOff with the row to go on from.
 */
export async function importFile({ path, api, atOnce, from, onAnswered }: FileImport): Promise<void> {
  const underWay: UnderWay[] = [];
  let next = from;
  async function settle(): Promise<void> {
    const first = underWay.shift();
    if (!first) return;
    next = first.firstRow;
    const rows = await first.answered;
    await onAnswered(rows, first.end);
    next = (rows.at(-1)?.row ?? first.firstRow) + 1;
  }
  try {
    for await (const batch of batchesOf(rowsOf(path), from)) {
      if (underWay.length >= atOnce) await settle();
      underWay.push('tooLarge' in batch ? tooLarge(batch.tooLarge, batch.end) : begin(api, batch));
    }
    while (underWay.length > 0) await settle();
  } catch (error) {
    if (error instanceof Refused) {
      // Requests under way finish first; the command that goes on sends their rows again, and tells them then.
      await Promise.allSettled(underWay.map(({ answered }) => answered));
      throw new BrokenOff(next, error);
    }
    // The file cannot be read on: what was sent of it is told.
    while (underWay.length > 0) await settle();
    throw error;
  }
}

function begin(api: Api, batch: Parameters<typeof sendRequest>[1]): UnderWay {
  const answered = sendRequest(api, batch);
  answered.catch(() => {});
  return { firstRow: batch.firstRow, end: batch.end, answered };
}

function tooLarge(row: number, end: number): UnderWay {
  const refused = { row, outcome: 'invalid', reason: 'The row is larger than a request may be.' } as const;
  return { firstRow: row, end, answered: Promise.resolve([refused]) };
}
