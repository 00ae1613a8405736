import { readFileSync } from 'node:fs';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';

import { inject } from 'vitest';
import {
  listProperty,
  nestedProperty,
  referencedId,
  resourcesOf,
  type Template,
} from '../../infra/local/template.ts';
import { ENV } from '../../lib/runtime/env.ts';

export interface StreamFollower {
  /** Returns every change since the last call, oldest first, as Lambda would get it. */
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

/**
 * Reads the filter patterns that the synthesized template puts between a table's stream and a function.
 *
 * @param table the environment variable of the function that names the table.
 */
export function streamFiltersOf(functionName: string, table: 'consentTable' | 'outreachTable'): string[] {
  const template = JSON.parse(readFileSync(inject('templatePath'), 'utf8')) as Template;
  const [id, fn = {}] =
    resourcesOf(template, 'AWS::Lambda::Function').find(
      ([, { FunctionName }]) => FunctionName === `sendgate-demo-${functionName}`,
    ) ?? [];
  const variables = nestedProperty(nestedProperty(fn['Environment'])['Variables']);
  const source = referencedId(variables[ENV[table]]);
  const mapping = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').find(
    ([, properties]) =>
      referencedId(properties['FunctionName']) === id &&
      referencedId(properties['EventSourceArn']) === source,
  );
  if (!mapping) throw new Error(`${functionName} follows no stream of ${table}`);
  const filters = listProperty(nestedProperty(mapping[1]['FilterCriteria'])['Filters']);
  return filters.map((filter) => String(nestedProperty(filter)['Pattern']));
}
