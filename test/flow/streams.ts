import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';

export interface StreamFollower {
  /** Everything that changed since the last call, oldest first, as Lambda would get it. */
  next(): Promise<unknown[]>;
}

/** Reads a table's stream from its beginning. */
export async function followStream(table: string): Promise<StreamFollower> {
  const endpoint = process.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '';
  const streams = new DynamoDBStreamsClient({ endpoint });
  const { Table } = await new DynamoDBClient({}).send(new DescribeTableCommand({ TableName: table }));
  const StreamArn = Table?.LatestStreamArn;
  const iterators = new Map<string, string | undefined>();
  return {
    next: async () => {
      const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
      const records: unknown[] = [];
      for (const { ShardId = '' } of StreamDescription?.Shards ?? []) {
        let iterator = iterators.has(ShardId)
          ? iterators.get(ShardId)
          : (
              await streams.send(
                new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
              )
            ).ShardIterator;
        for (let read = 1; read > 0 && iterator; ) {
          const page = await streams.send(new GetRecordsCommand({ ShardIterator: iterator }));
          read = page.Records?.length ?? 0;
          records.push(...(page.Records ?? []).map((record) => ({ ...record, eventSourceARN: StreamArn })));
          iterator = page.NextShardIterator;
        }
        iterators.set(ShardId, iterator);
      }
      return records;
    },
  };
}
