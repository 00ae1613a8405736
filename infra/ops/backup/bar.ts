import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Presets, SingleBar } from 'cli-progress';
import { tablesOf } from './manifest.ts';

/** A progress bar over items. The total may be an estimate: it grows with what is done. */
export function itemsBar(title: string, total: number) {
  const bar = new SingleBar(
    { format: `${title} {bar} {percentage}% | {value} items | {eta_formatted} left`, hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(Math.max(1, total), 0);
  let done = 0;
  return {
    add(items: number): void {
      done += items;
      if (done > bar.getTotal()) bar.setTotal(done);
      bar.update(done);
    },
    end(): void {
      bar.setTotal(Math.max(1, done));
      bar.stop();
    },
  };
}

/** How many items an organization's tables hold: DynamoDB counts them every six hours. */
export async function estimatedItems(dynamodb: DynamoDBClient, prefix: string): Promise<number> {
  let items = 0;
  for (const TableName of Object.values(tablesOf(prefix))) {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    items += Table?.ItemCount ?? 0;
  }
  return items;
}
