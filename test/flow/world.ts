import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2, Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Endpoints } from '../../infra/local/engines.ts';
import { startEventBridge } from '../../infra/local/event-bridge.ts';
import { createFilter } from '../../infra/local/filters.ts';
import { startSsm } from '../../infra/local/ssm.ts';
import { startTwilioStandIn, type TwilioStandIn } from '../../infra/local/twilio/stand-in.ts';
import { workKinds } from '../../lib/automation/work.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { recorded, recordUses } from '../grants/record.ts';
import { type HttpOptions, httpEvent } from '../setup/http-event.ts';
import { CLIENT_CREDENTIALS, startTestSalesforce } from '../setup/salesforce.ts';
import { AUTH_TOKEN, CLIENT_SECRET } from '../setup/secrets.ts';
import { createTables, type Tables } from '../setup/tables.ts';
import { checkExchange } from './contract.ts';
import { followStream, type StreamFollower, streamFiltersOf } from './streams.ts';

const ACCOUNT = {
  accountSid: `AC${'0'.repeat(32)}`,
  apiKeySid: `SK${'0'.repeat(32)}`,
  apiKeySecret: CLIENT_SECRET,
};
export const SENDER = '+13035550100';
const BUS = 'test-bus';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: Record<string, unknown>;
}

type HttpHandler = (event: APIGatewayProxyEventV2) => Promise<HandlerAnswer>;
interface HandlerAnswer {
  readonly statusCode?: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

interface StreamRecord {
  readonly dynamodb?: { readonly SequenceNumber?: string };
}

type Queued = (event: SQSEvent) => Promise<unknown>;

/**
 * A whole organization in one test file: the real handlers, the real engines, the Twilio stand-in. Nothing runs by
 * itself: a test runs cycles, drains queues and follows streams in the order that it wants.
 */
export type World = Awaited<ReturnType<typeof createWorld>>;

/**
 * @param engines to use instead of those of the test run. @param namePrefix of tables and queues, which may exist already.
 */
export async function createWorld(engines: Partial<Endpoints> = {}, namePrefix?: string) {
  const tables = await createTables(engines, namePrefix);
  const http = await listen();
  const twilio = await startTwilioStandIn({
    ...ACCOUNT,
    authToken: AUTH_TOKEN,
    inboundWebhookUrl: `${http.url}/twilio/inbound`,
    statusDelayMilliseconds: 1,
  });
  const salesforce = await startTestSalesforce();
  const ssm = await startSsm({
    '/sendgate/test/salesforce/credentials': JSON.stringify(CLIENT_CREDENTIALS),
    '/sendgate/test/twilio/api-key': JSON.stringify(ACCOUNT),
    '/sendgate/test/twilio/auth-token': AUTH_TOKEN,
  });
  const eventBridge = await startEventBridge([BUS]);
  setEnvironment(tables, {
    publicBaseUrl: http.url,
    twilioUrl: twilio.url,
    salesforceUrl: salesforce.url,
    ssmUrl: ssm.endpoint,
    eventBridgeUrl: eventBridge.endpoint,
  });
  recordUses(tables);
  const handlers = await loadHandlers();
  http.serve({
    'POST /twilio/inbound': handlers.inbound,
    'POST /twilio/status': handlers.status,
  });
  const sqs = new SQSClient({});
  const consent = await followStream(tables.consentTable);
  const configuration = await followStream(tables.configurationTable);
  const published = await Promise.all(
    (['consentTable', 'outreachTable'] as const).map(async (name) => ({
      stream: await followStream(tables[name]),
      wants: createFilter(streamFiltersOf('publish-events', name)),
    })),
  );

  /** Finds the function that API Gateway gives a path to. */
  function handlerOf(path: string): HttpHandler {
    if (path.startsWith('/crm/')) return handlers.crm as unknown as HttpHandler;
    return path.startsWith('/sender/') ? handlers.sender : handlers.admin;
  }

  async function drain(url: string, handle: Queued): Promise<number> {
    let handled = 0;
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
      );
      if (Messages.length === 0) return handled;
      const records = Messages.map(({ MessageId = '', Body = '' }) => ({ messageId: MessageId, body: Body }));
      await handle({ Records: records } as SQSEvent);
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
      handled += Messages.length;
    }
  }

  const world = {
    tables,
    twilio,
    eventBridge,
    handlers,
    /** Enqueues the due texts of every kind. */
    async enqueueDue(): Promise<void> {
      for (const kind of workKinds) await handlers.cycle({ kind }, context());
    },
    /** Lets the gate take all texts in the lanes. */
    async drainLanes(): Promise<number> {
      const priority = await drain(tables.priorityQueueUrl, handlers.gate);
      return priority + (await drain(tables.bulkQueueUrl, handlers.gate));
    },
    /** Lets consent-changes follow every change, and work through the jobs. */
    async followChanges(): Promise<void> {
      await follow(consent, handlers.changes);
      await follow(configuration, handlers.changes);
      await drain(tables.jobsQueueUrl, handlers.changes);
      await drain(tables.carrierListQueueUrl, handlers.carrierList);
    },
    /** Lets publish-events take the changes that its filters let through, and those that it reports as failed once more. */
    async publishEvents(): Promise<void> {
      for (const { stream, wants } of published) {
        let records = (await stream.next()).filter(wants) as StreamRecord[];
        for (let attempt = 0; records.length > 0; attempt++) {
          if (attempt === 5) throw new Error('publish-events never published a change');
          const { batchItemFailures } = await handlers.publish({ Records: records as never[] });
          const from = batchItemFailures[0]?.itemIdentifier;
          const isLeft = ({ dynamodb }: StreamRecord) => dynamodb?.SequenceNumber === from;
          records = from === undefined ? [] : records.slice(records.findIndex(isLeft));
        }
      }
    },
    /** Runs one cycle in order: changes, cycle, gate. */
    async runCycle(): Promise<void> {
      await world.followChanges();
      await world.enqueueDue();
      await world.drainLanes();
    },
    salesforce,
    /** Runs crm-lookup as its schedule does: for new leads, and with `sweep` for waiting leads. */
    runCrm: (sweep = false) => handlers.crm({ sweep }, context()) as Promise<unknown>,
    reconcile: () => handlers.reconcile({}, context()),
    /** Lets registry-jobs take the jobs in its queue. @param milliseconds that each worker has. */
    runRegistryJobs: (milliseconds = 300_000) =>
      drain(tables.registryJobsQueueUrl, (event) => handlers.registryJobs(event, context(milliseconds))),
    submit: (formId: string, body: unknown, contentType = 'application/json', options: HttpOptions = {}) =>
      call(handlers.form, 'POST', `/forms/${formId}/submissions`, {
        body: typeof body === 'string' ? body : JSON.stringify(body),
        pathParameters: { formId },
        ...options,
        headers: { 'content-type': contentType, ...options.headers },
      }),
    admin: (method: string, path: string, body?: unknown, groups = '[admin]') =>
      call(handlerOf(path), method, path, {
        ...(body !== undefined && { body: JSON.stringify(body) }),
        headers: { 'content-type': 'application/json' },
        claims: { sub: 'user-1', username: 'ada', 'cognito:groups': groups },
      }),
    call,
    text: (from: string, body: string) => twilio.inbound({ from, to: SENDER, body }),
    /** Returns the bodies of the texts that a number got from us, oldest first. */
    textsTo: (number: string): string[] =>
      twilio
        .messages()
        .filter((message) => message.to === number && message.direction === 'outbound-api')
        .map(({ body }) => body),
    async close(): Promise<void> {
      await twilio.close();
      await salesforce.close();
      await ssm.close();
      await eventBridge.close();
      await http.close();
      sqs.destroy();
    },
  };
  return world;
}

function setEnvironment(
  tables: Tables,
  urls: Readonly<
    Record<'publicBaseUrl' | 'twilioUrl' | 'salesforceUrl' | 'ssmUrl' | 'eventBridgeUrl', string>
  >,
): void {
  const { publicBaseUrl, twilioUrl, salesforceUrl, ssmUrl, eventBridgeUrl } = urls;
  Object.assign(process.env, {
    [ENV.organization]: 'Test Windows',
    [ENV.consentTable]: tables.consentTable,
    [ENV.configurationTable]: tables.configurationTable,
    [ENV.outreachTable]: tables.outreachTable,
    [ENV.priorityQueueUrl]: tables.priorityQueueUrl,
    [ENV.bulkQueueUrl]: tables.bulkQueueUrl,
    [ENV.jobsQueueUrl]: tables.jobsQueueUrl,
    [ENV.carrierListQueueUrl]: tables.carrierListQueueUrl,
    [ENV.registryJobsQueueUrl]: tables.registryJobsQueueUrl,
    [ENV.exportBucket]: tables.exportBucket,
    [ENV.publicBaseUrl]: publicBaseUrl,
    [ENV.cycleRateMinutes]: '5',
    [ENV.twilioCredentialsParameter]: '/sendgate/test/twilio/api-key',
    [ENV.twilioAuthTokenParameter]: '/sendgate/test/twilio/auth-token',
    [ENV.twilioBaseUrl]: twilioUrl,
    [ENV.sender]: SENDER,
    [ENV.eventBus]: BUS,
    [ENV.salesforceCredentialsParameter]: '/sendgate/test/salesforce/credentials',
    [ENV.salesforceBaseUrl]: salesforceUrl,
    AWS_ENDPOINT_URL_SSM: ssmUrl,
    AWS_ENDPOINT_URL_EVENTBRIDGE: eventBridgeUrl,
  });
}

/** Imports the handlers once the environment is set, because each handler reads it at cold start. */
async function loadHandlers() {
  const [form, inbound, status, admin, sender, cycle, gate, changes, publish, reconcile, crm, registryJobs] =
    await Promise.all([
      import('../../functions/form-webhook/handler.ts'),
      import('../../functions/twilio-inbound/handler.ts'),
      import('../../functions/twilio-status/handler.ts'),
      import('../../functions/admin-api/handler.ts'),
      import('../../functions/sender-admin/handler.ts'),
      import('../../functions/automation-cycle/handler.ts'),
      import('../../functions/send-gate/handler.ts'),
      import('../../functions/consent-changes/handler.ts'),
      import('../../functions/publish-events/handler.ts'),
      import('../../functions/reconcile/handler.ts'),
      import('../../functions/crm-lookup/handler.ts'),
      import('../../functions/registry-jobs/handler.ts'),
    ]);
  return {
    form: recorded('form-webhook', form.handler as HttpHandler),
    inbound: recorded('twilio-inbound', inbound.handler as HttpHandler),
    status: recorded('twilio-status', status.handler as HttpHandler),
    admin: recorded('admin-api', admin.handler as HttpHandler),
    sender: recorded('sender-admin', sender.handler as HttpHandler),
    carrierList: recorded('sender-admin', sender.handler as (event: SQSEvent) => Promise<SQSBatchResponse>),
    cycle: recorded('automation-cycle', cycle.handler),
    gate: recorded('send-gate', gate.handler),
    changes: recorded('consent-changes', changes.handler),
    publish: recorded('publish-events', publish.handler),
    reconcile: recorded('reconcile', reconcile.handler),
    crm: recorded('crm-lookup', crm.handler),
    registryJobs: recorded('registry-jobs', registryJobs.handler),
  };
}

async function follow(
  stream: StreamFollower,
  handle: (event: { Records: never[] }) => Promise<{ batchItemFailures: unknown[] }>,
): Promise<void> {
  const records = await stream.next();
  if (records.length === 0) return;
  const { batchItemFailures } = await handle({ Records: records as never[] });
  if (batchItemFailures.length > 0) throw new Error('consent-changes could not follow a change');
}

export function context(milliseconds = 60_000): Context {
  const end = performance.now() + milliseconds;
  return { getRemainingTimeInMillis: () => end - performance.now() } as Context;
}

/**
 * Calls an HTTP handler with an event of payload format 2.0.
 *
 * @throws Error when the request or the answer is not as docs/openapi.json describes it.
 */
export async function call(
  handler: HttpHandler,
  method: string,
  path: string,
  options: HttpOptions = {},
): Promise<Answer> {
  const event = httpEvent(method, path, options);
  const answer = await handler(event);
  const { statusCode: status = 200, headers = {}, body = '' } = answer;
  const answered = { status, headers, body };
  const { rawPath, rawQueryString } = event;
  checkExchange({ method, path: rawPath, query: rawQueryString, body: options.body, answer: answered });
  return { ...answered, json: body.startsWith('{') ? JSON.parse(body) : {} };
}

/** Starts a server that receives Twilio's webhooks and hands them to handlers. */
async function listen() {
  let routes: Record<string, HttpHandler> = {};
  const server: Server = createServer(async (request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const handler = routes[`${request.method} ${path}`];
    if (!handler) {
      response.writeHead(404).end();
      return;
    }
    const headers = request.headers as Record<string, string>;
    try {
      const body = await read(request);
      const answer = await call(handler, request.method ?? '', path, { body, headers, query });
      response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.body);
    } catch {
      // API Gateway answers 502 for a function that failed.
      response.writeHead(502).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: (given: Record<string, HttpHandler>) => {
      routes = given;
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

export type { TwilioStandIn };
