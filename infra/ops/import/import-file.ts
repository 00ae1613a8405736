import { EnvironmentProblem } from '../problem.ts';
import { type Answered, type Api, Refused, sendRequest } from './api.ts';
import { batchesOf } from './batches.ts';
import { rowsOf } from './file-rows.ts';

export interface FileImport {
  readonly path: string;
  readonly api: Api;
  /** The number of concurrent requests. */
  readonly atOnce: number;
  /** The number of the row to begin with. */
  readonly from: number;
  /** Gets the outcomes of some rows, in the order of the file, and the number of bytes that are done. */
  readonly onAnswered: (rows: readonly Answered[], end: number) => Promise<void>;
}

/** Ends an import that broke off. Every row before `from` was answered. */
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
 * Sends a file of documented opt-ins (S6) to the API in batches. Sending it again, as a whole or from any row, adds no event
 * twice: the same documentation of the same number is one event.
 *
 * @throws BrokenOff with the row to go on from.
 */
export async function importFile({ path, api, atOnce, from, onAnswered }: FileImport): Promise<void> {
  const underWay: UnderWay[] = [];
  let next = from;
  async function finishFirst(): Promise<void> {
    const first = underWay.shift();
    if (!first) return;
    next = first.firstRow;
    const rows = await first.answered;
    await onAnswered(rows, first.end);
    next = (rows.at(-1)?.row ?? first.firstRow) + 1;
  }
  try {
    for await (const batch of batchesOf(rowsOf(path), from)) {
      if (underWay.length >= atOnce) await finishFirst();
      underWay.push('tooLarge' in batch ? tooLarge(batch.tooLarge, batch.end) : begin(api, batch));
    }
    while (underWay.length > 0) await finishFirst();
  } catch (error) {
    if (error instanceof Refused) {
      // Requests under way finish first. The command that goes on sends their rows again, and reports their outcomes.
      await Promise.allSettled(underWay.map(({ answered }) => answered));
      throw new BrokenOff(next, error);
    }
    // The file cannot be read further. The outcomes of the sent rows are still reported.
    while (underWay.length > 0) await finishFirst();
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
