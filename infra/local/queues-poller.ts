import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { LOCAL_REGION } from './engines.ts';
import type { FunctionPool } from './worker-pool.ts';

export interface QueueMapping {
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly batchSize: number;
  /** True when the function reports the messages that failed. */
  readonly reportsFailures: boolean;
  readonly pool: FunctionPool;
}

/** Polls a queue as Lambda does: it deletes messages that succeeded; failed ones become visible again by themselves. */
export async function pollQueue(
  client: SQSClient,
  mapping: QueueMapping,
  signal: AbortSignal,
  report: (line: string) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const received = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: mapping.queueUrl,
          MaxNumberOfMessages: Math.min(mapping.batchSize, 10),
          WaitTimeSeconds: 5,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
        { abortSignal: signal },
      );
      if (received.Messages?.length) await deliver(client, mapping, received.Messages);
    } catch (error) {
      if (signal.aborted) return;
      report(`${mapping.pool.name}: ${error instanceof Error ? error.message : String(error)}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

async function deliver(
  client: SQSClient,
  mapping: QueueMapping,
  messages: readonly Message[],
): Promise<void> {
  const Records = messages.map((message) => recordOf(message, mapping.queueArn));
  const result = await mapping.pool.invoke({ Records });
  const failed = mapping.reportsFailures ? failedIdentifiers(result) : new Set<string>();
  // An identifier that does not belong to the batch fails the whole batch, as in Lambda.
  const known = new Set(messages.map((message) => message.MessageId));
  if ([...failed].some((identifier) => !known.has(identifier))) return;
  const Entries = messages
    .filter((message) => !failed.has(message.MessageId ?? ''))
    .map((message, index) => ({ Id: `${index}`, ReceiptHandle: message.ReceiptHandle }));
  if (Entries.length > 0) {
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: mapping.queueUrl, Entries }));
  }
}

/** Reads the failed messages from a function's answer, whose form Lambda calls `ReportBatchItemFailures`. */
export function failedIdentifiers(result: unknown): ReadonlySet<string> {
  const failures = (result as { batchItemFailures?: { itemIdentifier?: string }[] } | null)
    ?.batchItemFailures;
  return new Set((failures ?? []).map((failure) => failure.itemIdentifier ?? ''));
}

function recordOf(message: Message, queueArn: string): Record<string, unknown> {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
    name,
    {
      dataType: value.DataType,
      ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
      ...(value.BinaryValue ? { binaryValue: Buffer.from(value.BinaryValue).toString('base64') } : {}),
    },
  ]);
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: LOCAL_REGION,
  };
}
