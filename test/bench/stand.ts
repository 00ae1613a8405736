import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import type { CycleResult } from '../../functions/automation-cycle/run-cycle.ts';
import { createApp } from '../../infra/create-app.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION, startDynamoDb } from '../../infra/local/engines.ts';
import { provision } from '../../infra/local/provision.ts';
import { resourcesOf, type Template } from '../../infra/local/template.ts';
import type { WorkKind } from '../../lib/automation/work.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { asLambda, context, type Invoke } from '../setup/lambda.ts';
import { countRequests } from './counting.ts';
import type { Peers } from './peers.ts';
import { type Spent, startClock } from './spent.ts';
import { leaveOutTokens } from './tokens.ts';

/** Texts under way at once: four batches of ten, as four workers of send-gate would have. */
export const WORKERS = 4;
export const BATCH = 10;

/** Table names and queue URLs by the environment variable that carries them. */
export type Names = Readonly<Record<string, string>>;
export type QueueHandler = Invoke<SQSEvent, unknown>;
export type Stand = Awaited<ReturnType<typeof openStand>>;

/**
 * An organization on local engines, each in a process of its own, and the real handlers in this one. One per process: a
 * handler reads its environment once.
 */
export async function openStand(progress: (line: string) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'sendgate-bench-'));
  progress('Starting the engines, each in a process of its own');
  const dynamodb = await startDynamoDb();
  const peersProcess = fork(join(import.meta.dirname, 'peers-process.ts'));
  const peers = await new Promise<Peers>((resolve) =>
    peersProcess.once('message', (message) => resolve(message as Peers)),
  );
  const { sqsUrl, twilioUrl } = peers;
  const assembly = createApp({ only: ['demo'], outdir: folder, bundling: false }).synth();
  const template = assembly.getStackByName('sendgate-demo').template as Template;
  // Nobody reads the streams here, and what they keep slows dynoxide's transactions down, the longer the more; DynamoDB's not.
  for (const [, properties] of resourcesOf(template, 'AWS::DynamoDB::Table')) {
    Reflect.deleteProperty(properties, 'StreamSpecification');
  }
  const provisioned = await provision(template, { dynamodb: dynamodb.endpoint, sqs: sqsUrl, s3: sqsUrl });
  leaveOutTokens();
  const names = namesOf(template, provisioned);
  Object.assign(process.env, environment(names, dynamodb.endpoint, peers));
  const gate: QueueHandler = asLambda((await import('../../functions/send-gate/handler.ts')).handler);
  const { handler } = await import('../../functions/automation-cycle/handler.ts');
  const runSchedule = asLambda<object, CycleResult[]>(handler);
  const requests = countRequests({ dynamodb: dynamodb.endpoint, sqs: sqsUrl, twilio: twilioUrl });
  const sqs = new SQSClient({});
  const cycle = (kind: WorkKind) => runSchedule({ kind }, context(600_000));

  return {
    names,
    peers,
    requests,
    sqs,
    gate,
    cycle,
    /** Works on a queue with so many workers until it is empty. */
    drain: async (queue: string, handler: QueueHandler, workers = WORKERS, batch = BATCH): Promise<void> => {
      await Promise.all(Array.from({ length: workers }, () => drain(sqs, queue, handler, batch)));
    },
    /** Makes Twilio's answers so late from now on. @param milliseconds 0: at once. */
    delayCarrier: async (milliseconds: number): Promise<void> => {
      const faults = `${twilioUrl}/stand-in/faults`;
      await fetch(faults, { method: 'DELETE' });
      const set = [
        { kind: 'callbacks', mode: 'missing' },
        ...(milliseconds > 0 ? [{ kind: 'slow', milliseconds }] : []),
      ];
      for (const fault of set) await fetch(faults, { method: 'POST', body: JSON.stringify(fault) });
    },
    /** One cycle of drips, and the gate until the queue is empty. */
    sendDue: async (workers = WORKERS): Promise<Spent> => {
      requests.reset();
      const clock = startClock();
      await cycle('drip');
      const queue = nameOf(names, ENV.bulkQueueUrl);
      await Promise.all(Array.from({ length: workers }, () => drain(sqs, queue, gate, BATCH)));
      return clock();
    },
    close: async (): Promise<void> => {
      peersProcess.kill();
      await dynamodb.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @throws Error where the stack gave no function that name. */
export function nameOf(names: Names, variable: string): string {
  const name = names[variable];
  if (name === undefined) throw new Error(`No function of the stack knows ${variable}`);
  return name;
}

/** What the handlers read. A worker in a process of its own is given the same. */
export function environment(names: Names, dynamodb: string, peers: Peers): Record<string, string> {
  return {
    ...names,
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_SQS: peers.sqsUrl,
    AWS_ENDPOINT_URL_SSM: peers.ssmUrl,
    POWERTOOLS_METRICS_NAMESPACE: 'sendgate',
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    [ENV.organization]: 'Bench',
    [ENV.publicBaseUrl]: 'http://127.0.0.1:9',
    [ENV.twilioBaseUrl]: peers.twilioUrl,
    [ENV.twilioCredentialsParameter]: peers.credentials,
    [ENV.twilioAuthTokenParameter]: peers.authTokenParameter,
    [ENV.salesforceCredentialsParameter]: peers.salesforceCredentials,
    [ENV.sender]: '+13035550100',
    [ENV.cycleRateMinutes]: '1',
    [ENV.s3Endpoint]: peers.sqsUrl,
  };
}

function namesOf(template: Template, provisioned: Awaited<ReturnType<typeof provision>>): Names {
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

/** One worker: batch after batch, until the queue is empty. */
async function drain(sqs: SQSClient, queue: string, handler: QueueHandler, batch: number): Promise<void> {
  while (await workOnce(sqs, queue, handler, batch));
}

/** @returns false when the queue was empty. */
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
