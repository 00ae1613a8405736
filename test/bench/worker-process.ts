import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { ENV } from '../../lib/runtime/env.ts';
import { asLambda, type Invoke } from '../setup/lambda.ts';
import type { Role } from './worker.ts';

// Ends when the process that started this one has ended.
process.once('disconnect', () => process.exit());

type Handler = Invoke<SQSEvent, SQSBatchResponse>;
/** As the stack has it: a waking job comes alone, texts come in tens. */
const roles: Readonly<
  Record<Role, { queue: string; batch: number; workers: number; load: () => Promise<Handler> }>
> = {
  waking: {
    queue: ENV.jobsQueueUrl,
    batch: 1,
    workers: 8,
    load: async () => asLambda((await import('../../functions/jobs/handler.ts')).handler),
  },
  bulk: {
    queue: ENV.bulkQueueUrl,
    batch: 10,
    workers: 4,
    load: async () => asLambda((await import('../../functions/send-gate/handler.ts')).handler),
  },
};
/** Time after which the records of a killed process are delivered again. */
const VISIBILITY_SECONDS = 15;

const { queue, batch, workers, load } = roles[process.argv[2] as Role];
const handler = await load();
const sqs = new SQSClient({});
const QueueUrl = process.env[queue] ?? '';

await Promise.all(Array.from({ length: workers }, work));

async function work(): Promise<never> {
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: batch,
        VisibilityTimeout: VISIBILITY_SECONDS,
        WaitTimeSeconds: 1,
      }),
    );
    if (Messages.length === 0) continue;
    const Records = Messages.map(({ MessageId = '', Body = '' }) => ({ messageId: MessageId, body: Body }));
    const { batchItemFailures } = await handler({ Records } as SQSEvent);
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const Entries = Messages.filter(({ MessageId = '' }) => !failed.has(MessageId)).map(
      ({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }),
    );
    if (Entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}
