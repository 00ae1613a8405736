import type { MiddlewareObj } from '@middy/core';
import type { z } from 'zod';
import { countOutcomes, describeError, logger } from '../telemetry/telemetry.ts';
import type { Failure } from './failure.ts';

/** A record of a queue, as Lambda hands it over. */
export interface SqsRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes?: { readonly ApproximateReceiveCount?: string };
}

/** A record whose body is what the schema says. */
export interface QueueRecord<Content> {
  readonly messageId: string;
  readonly content: Content;
  /** How often the queue has handed it over, this time included. */
  readonly receives: number;
}

/** A record that goes back to the queue. */
export interface FailedRecord {
  readonly messageId: string;
  readonly error: unknown;
  /** What the log may say of it. */
  readonly about?: Readonly<Record<string, string>>;
}

export interface SqsRecordsEvent<Content> {
  readonly Records: readonly SqsRecord[];
  readonly records: readonly QueueRecord<Content>[];
  readonly unreadable: readonly FailedRecord[];
}

/**
 * Parses the body of each record, and reports to the queue which records failed. A body that does not parse is the failure of its
 * record alone: no retry can read it, so it ends with the dead letters.
 *
 * The handler returns the `FailedRecord`s of the readable ones. Each is counted; records that failed by one and the same error share a
 * log line.
 */
export function sqsRecords<Content>(
  schema: z.ZodType<Content>,
  { message, metric }: Failure,
): MiddlewareObj<SqsRecordsEvent<Content>> {
  return {
    before: (request) => {
      const read = request.event.Records.map((record) => readRecord(schema, record));
      const records = read.filter((record) => 'content' in record);
      const unreadable = read.filter((record) => 'error' in record);
      request.event = { ...request.event, records, unreadable };
    },
    after: (request) => {
      const failed: readonly FailedRecord[] = [...request.event.unreadable, ...request.response];
      for (const [error, [first, ...others]] of Map.groupBy(failed, (record) => record.error)) {
        const about = others.length === 0 ? first?.about : { records: others.length + 1 };
        logger.error(message, { ...about, ...describeError(error) });
      }
      countOutcomes({ [metric]: failed.length });
      request.response = {
        batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })),
      };
    },
  };
}

function readRecord<Content>(
  schema: z.ZodType<Content>,
  { messageId, body, attributes }: SqsRecord,
): QueueRecord<Content> | FailedRecord {
  try {
    const content = schema.parse(JSON.parse(body));
    return { messageId, content, receives: Number(attributes?.ApproximateReceiveCount ?? 1) };
  } catch (error) {
    return { messageId, error };
  }
}
