import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import type { Checkpoints } from './checkpoints.ts';
import { failedIdentifiers } from './queues-poller.ts';
import type { FunctionPool } from './worker-pool.ts';

export interface StreamMapping {
  readonly streamArn: string;
  readonly pool: FunctionPool;
  /** Tells whether a record passes the mapping's filters. */
  readonly wants: (record: unknown) => boolean;
  readonly retryAttempts: number;
}

interface Polled {
  readonly eventID?: string;
  readonly dynamodb?: { readonly SequenceNumber?: string };
}

const BATCH = 100;
const PAUSE_MILLISECONDS = 250;

/**
 * Follows a table's stream as Lambda's poller does: in order, from its last position. It retries a failing record until its
 * attempts are used up.
 */
export async function pollStream(
  client: DynamoDBStreamsClient,
  mapping: StreamMapping,
  checkpoints: Checkpoints,
  signal: AbortSignal,
  report: (line: string) => void,
): Promise<void> {
  const iterators = new Map<string, string | undefined>();
  while (!signal.aborted) {
    try {
      const { StreamDescription } = await client.send(
        new DescribeStreamCommand({ StreamArn: mapping.streamArn }),
      );
      for (const { ShardId = '' } of StreamDescription?.Shards ?? []) {
        if (!iterators.has(ShardId))
          iterators.set(ShardId, await begin(client, mapping, ShardId, checkpoints));
        await readShard(client, mapping, ShardId, iterators, checkpoints, signal, report);
      }
    } catch (error) {
      if (signal.aborted) return;
      iterators.clear();
      report(`${mapping.pool.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
}

async function begin(
  client: DynamoDBStreamsClient,
  { streamArn, pool }: StreamMapping,
  ShardId: string,
  checkpoints: Checkpoints,
): Promise<string | undefined> {
  const SequenceNumber = checkpoints.get(checkpointKeyOf(pool, streamArn, ShardId));
  const fromBeginning = { StreamArn: streamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
  if (SequenceNumber === undefined) {
    return (await client.send(new GetShardIteratorCommand(fromBeginning))).ShardIterator;
  }
  const goingOn = { ...fromBeginning, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber } as const;
  try {
    return (await client.send(new GetShardIteratorCommand(goingOn))).ShardIterator;
  } catch (error) {
    // A stream keeps records for a day. A poller that starts later goes on with the oldest record that is left.
    if (!(error instanceof TrimmedDataAccessException)) throw error;
    return (await client.send(new GetShardIteratorCommand(fromBeginning))).ShardIterator;
  }
}

/** Returns the key of a function's own position in a shard of a stream. */
function checkpointKeyOf(pool: FunctionPool, streamArn: string, shard: string): string {
  return `${pool.name} ${streamArn} ${shard}`;
}

async function readShard(
  client: DynamoDBStreamsClient,
  mapping: StreamMapping,
  shard: string,
  iterators: Map<string, string | undefined>,
  checkpoints: Checkpoints,
  signal: AbortSignal,
  report: (line: string) => void,
): Promise<void> {
  for (let iterator = iterators.get(shard); iterator && !signal.aborted; ) {
    const page = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: BATCH }));
    const records = (page.Records ?? []) as Polled[];
    await deliver(mapping, records.filter(mapping.wants), signal, report);
    if (signal.aborted) return;
    const last = records.at(-1)?.dynamodb?.SequenceNumber;
    if (last !== undefined) checkpoints.set(checkpointKeyOf(mapping.pool, mapping.streamArn, shard), last);
    iterator = page.NextShardIterator;
    iterators.set(shard, iterator);
    if (records.length === 0) return;
  }
}

async function deliver(
  { pool, streamArn, retryAttempts }: StreamMapping,
  records: readonly Polled[],
  signal: AbortSignal,
  report: (line: string) => void,
): Promise<void> {
  let rest = records.map((record) => ({ ...record, eventSource: 'aws:dynamodb', eventSourceARN: streamArn }));
  for (let attempt = 0; rest.length > 0 && !signal.aborted; attempt++) {
    const failed = await pool.invoke({ Records: rest }).then(failedIdentifiers, (error: unknown) => {
      report(`${pool.name}: ${error instanceof Error ? error.message : String(error)}`);
      return new Set(['']);
    });
    if (failed.size === 0) return;
    const first = rest.findIndex(({ dynamodb }) => failed.has(dynamodb?.SequenceNumber ?? ''));
    const moved = first > 0;
    rest = rest.slice(Math.max(0, first));
    if (moved) attempt = 0;
    if (attempt >= retryAttempts) {
      report(`${pool.name}: a change was given up after ${retryAttempts} retries`);
      rest = rest.slice(1);
      attempt = 0;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(2000, 100 * 2 ** attempt)));
  }
}
