import { Duration, Validations } from 'aws-cdk-lib';
import { SqsEventSource, type SqsEventSourceProps } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { OrganizationScope } from './organization-scope.ts';
import type { EnvironmentKey, SendgateFunction } from './sendgate-function.ts';

export interface SendgateQueueProps {
  /** The queue's name within the organization. */
  readonly name: string;
  /** The environment variable that holds its URL. */
  readonly urlVariable: EnvironmentKey;
  /** Time-out of the function that consumes the queue. */
  readonly consumerTimeout: Duration;
}

/** A record that was received this often and failed each time becomes a dead letter. */
const MAXIMUM_RECEIVES = 5;

/** Creates a queue in the shape of all queues: encrypted, TLS only, with a queue that keeps its dead letters for two weeks. */
export class SendgateQueue extends Construct {
  readonly deadLetters: Queue;
  private readonly queue: Queue;
  private readonly urlVariable: EnvironmentKey;

  constructor(scope: OrganizationScope, id: string, props: SendgateQueueProps) {
    super(scope, id);
    const { name, urlVariable, consumerTimeout } = props;
    this.urlVariable = urlVariable;
    const queueName = `sendgate-${scope.organization.name}-${name}`;
    const encrypted = encryptedWith(scope);
    this.deadLetters = new Queue(this, 'dead-letters', {
      ...encrypted,
      queueName: `${queueName}-dead-letters`,
      retentionPeriod: DEAD_LETTER_RETENTION,
    });
    this.queue = new Queue(this, 'queue', {
      ...encrypted,
      queueName,
      retentionPeriod: Duration.days(4),
      // Six times the time-out, so that no second worker gets a record while the first one has it.
      visibilityTimeout: Duration.seconds(consumerTimeout.toSeconds() * 6),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAXIMUM_RECEIVES },
    });
  }

  /** Lets a function send records to the queue. */
  grantSend(fn: SendgateFunction): void {
    fn.setEnvironment({ [this.urlVariable]: this.queue.queueUrl });
    this.queue.grant(fn, 'sqs:SendMessage');
    this.queue.encryptionMasterKey?.grantEncryptDecrypt(fn);
  }

  /** Makes a function consume the queue. The function reports which records of a batch failed. */
  addConsumer(fn: SendgateFunction, props: SqsEventSourceProps): void {
    fn.addEventSource(new SqsEventSource(this.queue, { ...props, reportBatchItemFailures: true }));
  }
}

const DEAD_LETTER_RETENTION = Duration.days(14);

/** Creates a queue that keeps notices of the changes that a stream gave up, for two weeks: encrypted, TLS only. */
export function addStreamDeadLetters(scope: OrganizationScope, name: string): Queue {
  const queue = new Queue(scope, name, {
    ...encryptedWith(scope),
    queueName: `sendgate-${scope.organization.name}-${name}`,
    retentionPeriod: DEAD_LETTER_RETENTION,
  });
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'It is a dead-letter queue itself: of streams, which name it in their mappings.',
  });
  return queue;
}

function encryptedWith({ key }: OrganizationScope) {
  return { encryption: QueueEncryption.KMS, encryptionMasterKey: key, enforceSSL: true };
}
