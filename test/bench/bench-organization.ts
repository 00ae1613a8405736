import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import type { CycleResult } from '../../functions/automation-cycle/run-cycle.ts';
import { createApp } from '../../infra/create-app.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION, startDynamoDb } from '../../infra/local/engines.ts';
import { provisionResources } from '../../infra/local/provision.ts';
import { resourcesOf, type Template } from '../../infra/local/template.ts';
import type { WorkKind } from '../../lib/automation/work.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { asLambda, context, type Invoke } from '../setup/lambda.ts';
import { countRequests } from './counting.ts';
import type { Services } from './services.ts';
import { type Spent, startClock } from './spent.ts';
import { leaveOutTokens } from './tokens.ts';

/** Four workers with batches of ten: so many texts are under way at once, as with four workers of send-gate. */
export const WORKERS = 4;
export const BATCH_SIZE = 10;

/** Table names and queue URLs by the environment variable that carries them. */
export type Names = Readonly<Record<string, string>>;
export type QueueHandler = Invoke<SQSEvent, unknown>;
export type BenchOrganization = Awaited<ReturnType<typeof startBenchOrganization>>;

/**
 * Starts an organization on local engines, each in a process of its own, with the real handlers in this process. A process can
 * start one organization only, because a handler reads its environment once.
 */
export async function startBenchOrganization(progress: (line: string) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'sendgate-bench-'));
  progress('Starting the engines, each in a process of its own');
  const dynamodb = await startDynamoDb();
  const servicesProcess = fork(join(import.meta.dirname, 'services-process.ts'));
  const services = await new Promise<Services>((resolve) =>
    servicesProcess.once('message', (message) => resolve(message as Services)),
  );
  const { sqsUrl, twilioUrl } = services;
  const assembly = createApp({ only: ['demo'], outdir: folder, bundling: false }).synth();
  const template = assembly.getStackByName('sendgate-demo').template as Template;
  // Nothing reads the streams here. Their records slow down the transactions of dynoxide, not of DynamoDB, more and more.
  for (const [, properties] of resourcesOf(template, 'AWS::DynamoDB::Table')) {
    Reflect.deleteProperty(properties, 'StreamSpecification');
  }
  const provisioned = await provisionResources(template, {
    dynamodb: dynamodb.endpoint,
    sqs: sqsUrl,
    s3: sqsUrl,
  });
  leaveOutTokens();
  const names = namesOf(template, provisioned);
  Object.assign(process.env, environment(names, dynamodb.endpoint, services));
  const gate: QueueHandler = asLambda((await import('../../functions/send-gate/handler.ts')).handler);
  const { handler } = await import('../../functions/automation-cycle/handler.ts');
  const runSchedule = asLambda<object, CycleResult[]>(handler);
  const requests = countRequests({ dynamodb: dynamodb.endpoint, sqs: sqsUrl, twilio: twilioUrl });
  const sqs = new SQSClient({});
  const cycle = (kind: WorkKind) => runSchedule({ kind }, context(600_000));

  return {
    names,
    services,
    requests,
    sqs,
    gate,
    cycle,
    /** Works on a queue with `workers` workers until it is empty. */
    drain: async (
      queue: string,
      handler: QueueHandler,
      workers = WORKERS,
      batch = BATCH_SIZE,
    ): Promise<void> => {
      await Promise.all(Array.from({ length: workers }, () => drainQueue(sqs, queue, handler, batch)));
    },
    /** Delays Twilio's answers from now on. @param milliseconds 0 for no delay. */
    delayCarrier: async (milliseconds: number): Promise<void> => {
      const faults = `${twilioUrl}/stand-in/faults`;
      await fetch(faults, { method: 'DELETE' });
      const set = [
        { kind: 'callbacks', mode: 'missing' },
        ...(milliseconds > 0 ? [{ kind: 'slow', milliseconds }] : []),
      ];
      for (const fault of set) await fetch(faults, { method: 'POST', body: JSON.stringify(fault) });
    },
    /** Runs one cycle of drips, then the gate until the queue is empty. */
    sendDue: async (workers = WORKERS): Promise<Spent> => {
      requests.reset();
      const clock = startClock();
      await cycle('drip');
      const queue = nameOf(names, ENV.bulkQueueUrl);
      await Promise.all(Array.from({ length: workers }, () => drainQueue(sqs, queue, gate, BATCH_SIZE)));
      return clock();
    },
    close: async (): Promise<void> => {
      servicesProcess.kill();
      await dynamodb.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Returns a table's name or a queue's URL. @throws Error where no function of the stack has the variable. */
export function nameOf(names: Names, variable: string): string {
  const name = names[variable];
  if (name === undefined) throw new Error(`No function of the stack knows ${variable}`);
  return name;
}

/** Returns the environment that the handlers read, in this process and in the workers' processes. */
export function environment(names: Names, dynamodb: string, services: Services): Record<string, string> {
  return {
    ...names,
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_SQS: services.sqsUrl,
    AWS_ENDPOINT_URL_SSM: services.ssmUrl,
    POWERTOOLS_METRICS_NAMESPACE: 'sendgate',
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    [ENV.organization]: 'Bench',
    [ENV.publicBaseUrl]: 'http://127.0.0.1:9',
    [ENV.twilioBaseUrl]: services.twilioUrl,
    [ENV.twilioCredentialsParameter]: services.credentials,
    [ENV.twilioAuthTokenParameter]: services.authTokenParameter,
    [ENV.salesforceCredentialsParameter]: services.salesforceCredentials,
    [ENV.sender]: '+13035550100',
    [ENV.cycleRateMinutes]: '1',
    [ENV.s3Endpoint]: services.sqsUrl,
  };
}

function namesOf(template: Template, provisioned: Awaited<ReturnType<typeof provisionResources>>): Names {
  const names: Record<string, string> = {};
  for (const [, properties] of resourcesOf(template, 'AWS::Lambda::Function')) {
    const { Variables = {} } = (properties['Environment'] ?? {}) as {
      Variables?: Record<string, { Ref?: string }>;
    };
    for (const [variable, value] of Object.entries(Variables)) {
      const found = provisioned.get(value.Ref ?? '');
      if (found) names[variable] = found.url ?? found.name;
    }
  }
  return names;
}

/** Runs one worker: it handles batch after batch until the queue is empty. */
async function drainQueue(
  sqs: SQSClient,
  queue: string,
  handler: QueueHandler,
  batch: number,
): Promise<void> {
  while (await workOnce(sqs, queue, handler, batch));
}

/** Handles one batch. @returns false when the queue was empty. */
async function workOnce(
  sqs: SQSClient,
  QueueUrl: string,
  handler: QueueHandler,
  batch: number,
): Promise<boolean> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: batch }),
  );
  if (Messages.length === 0) return false;
  await handler({
    Records: Messages.map(({ MessageId = '', Body = '' }) => ({ messageId: MessageId, body: Body })),
  } as SQSEvent);
  const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  return true;
}
