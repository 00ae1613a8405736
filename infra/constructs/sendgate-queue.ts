import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface SendgateQueueProps {
  readonly queueName: string;
  readonly key: IKey;
  /** Time-out of the function that consumes the queue. */
  readonly consumerTimeout: Duration;
}

/** How often a record may come back before it goes to the dead-letter queue. */
const RECEIVES = 5;

/** A queue as all of ours are: encrypted, TLS only, with a dead-letter queue that keeps what failed for two weeks. */
export class SendgateQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { queueName, key, consumerTimeout }: SendgateQueueProps) {
    super(scope, id);
    this.deadLetters = deadLetterQueue(this, 'dead-letters', { queueName: `${queueName}-dead-letters`, key });
    this.queue = new Queue(this, 'queue', {
      ...encryptedWith(key),
      queueName,
      retentionPeriod: Duration.days(4),
      // Six times the time-out: a record is never given to a second worker while a first one has it.
      visibilityTimeout: Duration.seconds(consumerTimeout.toSeconds() * 6),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: RECEIVES },
    });
  }
}

/** Keeps what failed for two weeks, encrypted, TLS only. */
export function deadLetterQueue(
  scope: Construct,
  id: string,
  { queueName, key }: Pick<SendgateQueueProps, 'queueName' | 'key'>,
): Queue {
  return new Queue(scope, id, {
    ...encryptedWith(key),
    queueName,
    retentionPeriod: Duration.days(14),
  });
}

function encryptedWith(key: IKey) {
  return { encryption: QueueEncryption.KMS, encryptionMasterKey: key, enforceSSL: true };
}
