import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';
import { type Endpoints, LOCAL_CREDENTIALS, LOCAL_REGION } from '../../infra/local/engines.ts';
import { type Provisioned, provisionResources } from '../../infra/local/provision.ts';
import { nestedProperty, referencedId, resourcesOf, type Template } from '../../infra/local/template.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { ENV } from '../../lib/runtime/env.ts';

/** Tables and queues of one test file, with a client for them. */
export interface Tables {
  readonly consentTable: string;
  readonly configurationTable: string;
  readonly outreachTable: string;
  readonly priorityQueueUrl: string;
  readonly bulkQueueUrl: string;
  readonly jobsQueueUrl: string;
  readonly carrierListQueueUrl: string;
  readonly registryJobsQueueUrl: string;
  readonly exportBucket: string;
  /** The local counterpart of each table and queue, by the environment variable that names it. */
  readonly provisioned: ReadonlyMap<string, Provisioned>;
  readonly client: DynamoDBDocumentClient;
  /** The variables that a handler needs to work on these tables and queues. Set them before importing the handler. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Creates the stack's tables and queues under names that no other test file has, and points the AWS SDK of this
 * process at the engines.
 *
 * @param other engines to use instead of those of the test run. @param namePrefix of tables and queues, which may exist already.
 */
export async function createTables(
  other: Partial<Endpoints> = {},
  namePrefix = `t${randomUUID().slice(0, 8)}-`,
): Promise<Tables> {
  const template = JSON.parse(readFileSync(inject('templatePath'), 'utf8')) as Template;
  const endpoints = { ...inject('endpoints'), ...other };
  const byId = await provisionResources(template, endpoints, { namePrefix });
  const provisioned = byVariable(template, byId);
  const value = (variable: string): string => {
    const found = provisioned.get(variable);
    if (!found) throw new Error(`No function of the template has ${variable} naming a table or queue`);
    return found.url ?? found.name;
  };
  const named = {
    consentTable: value(ENV.consentTable),
    configurationTable: value(ENV.configurationTable),
    outreachTable: value(ENV.outreachTable),
    priorityQueueUrl: value(ENV.priorityQueueUrl),
    bulkQueueUrl: value(ENV.bulkQueueUrl),
    jobsQueueUrl: value(ENV.jobsQueueUrl),
    carrierListQueueUrl: value(ENV.carrierListQueueUrl),
    registryJobsQueueUrl: value(ENV.registryJobsQueueUrl),
    exportBucket: value(ENV.exportBucket),
  };
  const settings = { region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS, endpoint: endpoints.dynamodb };
  const sdk = {
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
  };
  Object.assign(process.env, sdk);
  return {
    ...named,
    provisioned,
    client: createDocumentClient(new DynamoDBClient(settings)),
    environment: {
      ...sdk,
      ...Object.fromEntries([...provisioned.keys()].map((variable) => [variable, value(variable)])),
    },
  };
}

function byVariable(
  template: Template,
  byId: ReadonlyMap<string, Provisioned>,
): ReadonlyMap<string, Provisioned> {
  const found = new Map<string, Provisioned>();
  for (const [, properties] of resourcesOf(template, 'AWS::Lambda::Function')) {
    const variables = nestedProperty(nestedProperty(properties['Environment'])['Variables']);
    for (const [variable, value] of Object.entries(variables)) {
      const provisioned = byId.get(referencedId(value) ?? '');
      if (provisioned) found.set(variable, provisioned);
    }
  }
  return found;
}
