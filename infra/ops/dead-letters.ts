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
  /** Notices of changes that could not be followed. Every waiting text was woken in their place. */
  readonly notices: number;
}

/** Moving ten records may take this long. After a command that ended half-way, the rest is visible again by then. */
const HIDDEN_SECONDS = 120;

/** Counts a queue's dead letters, about. @param stack `sendgate-<organization>`. */
export async function countDeadLetters(sqs: SQSClient, stack: string, queue: string): Promise<number> {
  const QueueUrl = await urlOf(sqs, deadLettersOf(stack, queue));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0);
}

/**
 * Gives a queue's dead letters back to it. Sends each record before it deletes the dead letter, so that a command which ends
 * half-way loses none. It may move a record twice, and every consumer treats two deliveries as one (X5).
 *
 * For a change that could not be followed, the stream leaves no record but a notice of its place in the stream, which is gone
 * after a day. Instead of that change, every waiting text is woken, and the gate decides each one again.
 *
 * @param onMoved gets the number of dead letters that were moved since its last call.
 * @throws EnvironmentProblem when the queue refuses records. They stay dead letters.
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
    const newNotices = Messages.length - records.length;
    const bodies = records.map(({ Body = '' }) => Body);
    await send(sqs, to, bodies);
    if (newNotices > 0 && notices === 0) {
      await send(
        sqs,
        to,
        wakeAll().map((job) => JSON.stringify(wakeJobSchema.parse(job))),
      );
    }
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: from, Entries }));
    moved += records.length;
    notices += newNotices;
    onMoved(Messages.length);
  }
}

const deadLettersOf = (stack: string, queue: string) =>
  queue === 'unpublished' ? `${stack}-${queue}` : `${stack}-${queue}-dead-letters`;

/** Recognizes the notice that Lambda leaves for a part of a stream that it gave up. */
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

/** Finds a queue's URL by its name, at the client's own address: an engine may answer with a host that this machine cannot resolve. */
async function urlOf(sqs: SQSClient, QueueName: string): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  const endpoint = await sqs.config.endpoint?.();
  if (!endpoint) return QueueUrl;
  const origin = `${endpoint.protocol}//${endpoint.hostname}${endpoint.port ? `:${endpoint.port}` : ''}`;
  return new URL(new URL(QueueUrl).pathname, origin).href;
}
