import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { wakeAll, wakeJobSchema } from '../../lib/jobs/job.ts';
import { EnvironmentProblem } from './problem.ts';

/** The queues of an organization whose dead letters can be given back. */
export const QUEUES = ['priority', 'bulk', 'jobs', 'carrier-list', 'registry-jobs'] as const;
export type QueueName = (typeof QUEUES)[number];

export interface Redriven {
  /** Records that are in their queue again. */
  readonly moved: number;
  /** Notices of changes that could not be followed: everybody who waits was woken in their place. */
  readonly notices: number;
}

/** Two minutes to move ten: who ends the command half-way finds the rest again after that. */
const HIDDEN_SECONDS = 120;

/** How many dead letters a queue has. @param stack `sendgate-<organization>`. */
export async function countDeadLetters(sqs: SQSClient, stack: string, queue: string): Promise<number> {
  const QueueUrl = await urlOf(sqs, deadLettersOf(stack, queue));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0);
}

/**
 * Gives a queue's dead letters back to it: sent first and deleted then, so that ending it half-way loses none and moves one
 * twice at worst, which every consumer of ours takes for once.
 *
 * A stream's change that could not be followed leaves no record but a notice of where it stood, which nobody can read after
 * a day. In its place everybody who waits is woken, and the gate decides on each again.
 *
 * @param onMoved takes how many left the dead letters since the last call.
 * @throws EnvironmentProblem when the queue refuses records: they stay where they were.
 */
export async function redrive(
  sqs: SQSClient,
  { stack, queue }: { readonly stack: string; readonly queue: QueueName },
  onMoved: (letters: number) => void = () => {},
): Promise<Redriven> {
  const from = await urlOf(sqs, deadLettersOf(stack, queue));
  const to = await urlOf(sqs, `${stack}-${queue}`);
  let moved = 0;
  let notices = 0;
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: from,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: HIDDEN_SECONDS,
        WaitTimeSeconds: 1,
      }),
    );
    if (Messages.length === 0) return { moved, notices };
    const records = Messages.filter((message) => !isNotice(message));
    const noticed = Messages.length - records.length;
    const bodies = records.map(({ Body = '' }) => Body);
    await send(sqs, to, bodies);
    if (noticed > 0 && notices === 0) {
      await send(
        sqs,
        to,
        wakeAll().map((job) => JSON.stringify(wakeJobSchema.parse(job))),
      );
    }
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: from, Entries }));
    moved += records.length;
    notices += noticed;
    onMoved(Messages.length);
  }
}

const deadLettersOf = (stack: string, queue: string) =>
  queue === 'unpublished' ? `${stack}-${queue}` : `${stack}-${queue}-dead-letters`;

/** What Lambda leaves of a stretch of a stream that it gave up. */
function isNotice({ Body = '' }: Message): boolean {
  try {
    const body: unknown = JSON.parse(Body);
    return typeof body === 'object' && body !== null && 'DDBStreamBatchInfo' in body;
  } catch {
    return false;
  }
}

async function send(sqs: SQSClient, QueueUrl: string, bodies: readonly string[]): Promise<void> {
  if (bodies.length === 0) return;
  const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
  const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  if (Failed.length > 0) {
    throw new EnvironmentProblem(
      `The queue refused ${Failed.length} records. They are dead letters still; run it again.`,
    );
  }
}

/** The name decides, and the client's own address: an engine may answer with a host that not every machine resolves. */
async function urlOf(sqs: SQSClient, QueueName: string): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  const endpoint = await sqs.config.endpoint?.();
  if (!endpoint) return QueueUrl;
  const origin = `${endpoint.protocol}//${endpoint.hostname}${endpoint.port ? `:${endpoint.port}` : ''}`;
  return new URL(new URL(QueueUrl).pathname, origin).href;
}
