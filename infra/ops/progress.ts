import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  add(amount: number): void;
  /** Moves the bar. @param shown values for the words in braces of the detail. */
  moveTo(value: number, shown?: Readonly<Record<string, number>>): void;
  /** Ends the bar with everything done. */
  finish(): void;
  /** Ends the bar where it is. */
  stop(): void;
}

/**
 * Shows a progress bar on a terminal. Prints nothing into a file.
 *
 * @param total may be an estimate. It grows when more is done.
 * @param detail the text between percentage and time left.
 */
export function startProgress(title: string, total: number, detail = '{value} items'): Progress {
  const format = `${title} {bar} {percentage}% | ${detail} | {eta_formatted} left`;
  const bar = new SingleBar({ format, hideCursor: true, etaBuffer: 50 }, Presets.shades_classic);
  bar.start(Math.max(1, total), 0);
  let done = 0;
  let isOver = false;
  const progress = {
    add: (amount: number) => progress.moveTo(done + amount),
    moveTo(value: number, shown: Readonly<Record<string, number>> = {}): void {
      done = value;
      if (done > bar.getTotal()) bar.setTotal(done);
      bar.update(done, shown);
    },
    finish(): void {
      bar.setTotal(Math.max(1, done));
      progress.stop();
    },
    stop(): void {
      if (!isOver) bar.stop();
      isOver = true;
    },
  };
  return progress;
}

/** Estimates how many items some tables hold, by DynamoDB's count, which is up to six hours old. */
export async function estimateItems(dynamodb: DynamoDBClient, tables: readonly string[]): Promise<number> {
  const counts = await Promise.all(
    tables.map(async (TableName) => {
      const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
      return Table?.ItemCount ?? 0;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
