import type { MiddlewareObj } from '@middy/core';
import type { z } from 'zod';
import { countOutcomes, describeError, logger } from '../telemetry/telemetry.ts';
import type { Failure } from './failure.ts';

/** A record of a queue, as Lambda passes it. */
export interface SqsRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes?: { readonly ApproximateReceiveCount?: string };
}

/** A record whose body was parsed. */
export interface QueueRecord<Content> {
  readonly messageId: string;
  readonly content: Content;
  /** Number of times that the queue has delivered it, this time included. */
  readonly receives: number;
}

/** A record that goes back to the queue. */
export interface FailedRecord {
  readonly messageId: string;
  readonly error: unknown;
  /** Fields for the log line, without personal data. */
  readonly about?: Readonly<Record<string, string>>;
}

/** An event of a queue: the records that were parsed, and those that were not. */
export interface SqsRecordsEvent<Content> {
  readonly Records: readonly SqsRecord[];
  readonly records: readonly QueueRecord<Content>[];
  readonly unreadable: readonly FailedRecord[];
}

/**
 * Parses the body of each record, and reports to the queue which records failed. A body that does not parse fails its own record only.
 * No retry can read it, so it ends among the dead letters.
 *
 * The handler returns the `FailedRecord`s of the parsed records. Each failed record is counted. Records that failed by the same error
 * object share a log line.
 */
export function sqsRecords<Content>(
  schema: z.ZodType<Content>,
  { message, metric }: Failure,
): MiddlewareObj<SqsRecordsEvent<Content>> {
  return {
    before: (request) => {
      const parsed = request.event.Records.map((record) => readRecord(schema, record));
      const records = parsed.filter((record) => 'content' in record);
      const unreadable = parsed.filter((record) => 'error' in record);
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
