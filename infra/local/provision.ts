import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type Endpoints, LOCAL_CREDENTIALS, LOCAL_REGION } from './engines.ts';
import { provisionBucket } from './provision-bucket.ts';
import { provisionQueue } from './provision-queue.ts';
import { provisionTable } from './provision-table.ts';
import { nestedProperty, type Properties, referencedId, resourcesOf, type Template } from './template.ts';

/** The local counterpart of a table, queue or bucket of the template. */
export interface Provisioned {
  readonly name: string;
  readonly arn: string;
  readonly streamArn?: string;
  readonly url?: string;
}

/**
 * Creates the tables, queues and buckets that a synthesized template describes, unless they exist.
 *
 * @param options.namePrefix prefix of every name, so that several sets can exist side by side.
 * @returns the local counterparts by logical id.
 * @throws Error when a table that exists has other keys or indexes than the template.
 */
export async function provisionResources(
  template: Template,
  endpoints: Endpoints,
  options: { readonly namePrefix?: string } = {},
): Promise<ReadonlyMap<string, Provisioned>> {
  const settings = { region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
  const dynamodb = new DynamoDBClient({ ...settings, endpoint: endpoints.dynamodb });
  const sqs = new SQSClient({ ...settings, endpoint: endpoints.sqs });
  const s3 = new S3Client({ ...settings, endpoint: endpoints.s3, forcePathStyle: true });
  const prefix = options.namePrefix ?? '';
  const done = new Map<string, Provisioned>();
  try {
    for (const [id, properties] of resourcesOf(
      template,
      'AWS::DynamoDB::Table',
      'AWS::DynamoDB::GlobalTable',
    )) {
      const name = prefix + (literal(properties['TableName']) ?? id);
      done.set(id, await provisionTable(dynamodb, name, properties));
    }
    for (const [id, properties] of deadLetterQueuesFirst(template)) {
      const name = prefix + (literal(properties['QueueName']) ?? id);
      const deadLetters = done.get(deadLetterQueueOf(properties) ?? '');
      done.set(id, await provisionQueue(sqs, name, properties, deadLetters?.arn, endpoints.sqs));
    }
    for (const [id, properties] of resourcesOf(template, 'AWS::S3::Bucket')) {
      done.set(id, await provisionBucket(s3, prefix + (literal(properties['BucketName']) ?? id)));
    }
  } finally {
    dynamodb.destroy();
    sqs.destroy();
    s3.destroy();
  }
  return done;
}

function literal(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function deadLetterQueueOf(properties: Properties): string | undefined {
  return referencedId(nestedProperty(properties['RedrivePolicy'])['deadLetterTargetArn']);
}

function deadLetterQueuesFirst(template: Template): [string, Properties][] {
  const queues = resourcesOf(template, 'AWS::SQS::Queue');
  const redriving = ([, properties]: [string, Properties]) => deadLetterQueueOf(properties) !== undefined;
  return [...queues.filter((queue) => !redriving(queue)), ...queues.filter(redriving)];
}
