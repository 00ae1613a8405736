import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Provisioned } from './provision.ts';
import { nestedProperty, type Properties } from './template.ts';

const ATTRIBUTES = [
  'VisibilityTimeout',
  'MessageRetentionPeriod',
  'DelaySeconds',
  'MaximumMessageSize',
  'ReceiveMessageWaitTimeSeconds',
] as const;

/**
 * Creates one queue with its timeouts and redrive policy, or updates the existing one.
 * The URL names the engine's own address, because an engine may hand out host names that not every machine
 * resolves.
 */
export async function provisionQueue(
  client: SQSClient,
  name: string,
  properties: Properties,
  deadLetterArn: string | undefined,
  endpoint: string,
): Promise<Provisioned> {
  const attributes = attributesOf(properties, deadLetterArn);
  const url = (await existingUrl(client, name)) ?? (await createdUrl(client, name));
  if (Object.keys(attributes).length > 0) {
    await client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: attributes }));
  }
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  return { name, arn: Attributes?.['QueueArn'] ?? '', url: new URL(new URL(url).pathname, endpoint).href };
}

function attributesOf(properties: Properties, deadLetterArn: string | undefined): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const name of ATTRIBUTES) {
    if (properties[name] !== undefined) attributes[name] = String(properties[name]);
  }
  const maxReceiveCount = nestedProperty(properties['RedrivePolicy'])['maxReceiveCount'];
  if (deadLetterArn) {
    attributes['RedrivePolicy'] = JSON.stringify({ deadLetterTargetArn: deadLetterArn, maxReceiveCount });
  }
  return attributes;
}

async function existingUrl(client: SQSClient, name: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl;
  } catch (error) {
    if (error instanceof QueueDoesNotExist) return undefined;
    throw error;
  }
}

async function createdUrl(client: SQSClient, name: string): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name }));
  if (!QueueUrl) throw new Error(`The queue ${name} was created without a URL`);
  return QueueUrl;
}
