import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  add(amount: number): void;
  /** @param shown values for the words in braces of the detail. */
  moveTo(value: number, shown?: Readonly<Record<string, number>>): void;
  /** Ends the bar with everything done. */
  finish(): void;
  /** Ends the bar where it is. */
  stop(): void;
}

/**
 * Shows how far a command is, where somebody watches: nothing is printed into a file.
 *
 * @param total may be an estimate: it grows with what is done.
 * @param detail what the bar says between percentage and time left.
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

/** How many items some tables hold, as DynamoDB counted them within the last six hours. */
export async function estimateItems(dynamodb: DynamoDBClient, tables: readonly string[]): Promise<number> {
  const counts = await Promise.all(
    tables.map(async (TableName) => {
      const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
      return Table?.ItemCount ?? 0;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
