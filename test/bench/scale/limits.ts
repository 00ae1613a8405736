/** A limit that a provider publishes, and the page that says so. */
export interface Limit {
  readonly value: number;
  readonly unit: string;
  readonly source: string;
  /** True for a quota that the provider raises on request. */
  readonly raisable: boolean;
}

/** The day on which stored copies of the pages below were read. */
export const READ_ON = '2026-11-25';

const AWS = 'docs.aws.amazon.com';
const DYNAMODB = `${AWS}/amazondynamodb/latest/developerguide`;
const LAMBDA_SQS = `${AWS}/lambda/latest/dg/services-sqs-scaling.html`;
const limit = (value: number, unit: string, source: string, raisable = false): Limit => ({
  value,
  unit,
  source,
  raisable,
});

/** Published limits. A quota that differs by region is that of us-east-1. */
export const LIMITS = {
  /** Limit of one partition, hence of one partition key, of a table or an index. */
  partitionWrites: limit(1000, 'write units/s', `${DYNAMODB}/warm-throughput-scenarios.html`),
  /** Secondary indexes of one table. */
  tableIndexes: limit(20, 'indexes', `${DYNAMODB}/ServiceQuotas.html`, true),
  partitionReads: limit(3000, 'read units/s', `${DYNAMODB}/warm-throughput-scenarios.html`),
  /** Limit of a new on-demand table. A table with traffic takes twice its former peak within 30 minutes. */
  newTableWrites: limit(4000, 'write units/s', `${DYNAMODB}/on-demand-capacity-mode.html`, true),
  tableWrites: limit(40_000, 'write units/s', `${DYNAMODB}/ServiceQuotas.html`, true),
  tableReads: limit(40_000, 'read units/s', `${DYNAMODB}/ServiceQuotas.html`, true),
  /** Batches that one event source reads at once. It begins with five and adds more each minute. */
  sourceConcurrency: limit(1000, 'batches', LAMBDA_SQS),
  sourceFirst: limit(5, 'batches', LAMBDA_SQS),
  sourcePerMinute: limit(300, 'batches/minute', LAMBDA_SQS),
  lambdaConcurrency: limit(1000, 'invocations', `${AWS}/lambda/latest/dg/gettingstarted-limits.html`, true),
  lambdaRamp: limit(1000, 'environments/10 s', `${AWS}/lambda/latest/dg/scaling-behavior.html`),
  sqsInFlight: limit(
    120_000,
    'messages',
    `${AWS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html`,
  ),
  /** Limit of all APIs of an account in a region; some newer regions have 2,500. */
  apiRequests: limit(10_000, 'requests/s', `${AWS}/apigateway/latest/developerguide/limits.html`, true),
  busEvents: limit(10_000, 'requests/s', `${AWS}/eventbridge/latest/userguide/eb-quota.html`, true),
  /** The fastest 10DLC campaign there is, by trust score: 75 to each of three carriers. */
  senderSegments: limit(
    225,
    'segments/s',
    'help.twilio.com, "Message throughput (MPS) and Trust Scores for A2P 10DLC in the US"',
  ),
  /** Capacity of Twilio's queue of a sender: ten hours of its rate (error 30001 after that). */
  twilioQueueHours: limit(10, 'hours', 'twilio.com/docs/api/errors/21611'),
} as const satisfies Record<string, Limit>;
