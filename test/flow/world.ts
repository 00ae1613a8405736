import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2, DynamoDBStreamEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { CycleResult } from '../../functions/automation-cycle/run-cycle.ts';
import type { Schedule } from '../../functions/automation-cycle/run-schedule.ts';
import type { Endpoints } from '../../infra/local/engines.ts';
import { startEventBridge } from '../../infra/local/event-bridge.ts';
import { createFilter } from '../../infra/local/filters.ts';
import { matchRoute } from '../../infra/local/routes.ts';
import { startSsm } from '../../infra/local/ssm.ts';
import { startTwilioStandIn, type TwilioStandIn } from '../../infra/local/twilio/stand-in.ts';
import { workKinds } from '../../lib/automation/work.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { recorded, recordUses } from '../grants/record.ts';
import { type HttpOptions, httpEvent } from '../setup/http-event.ts';
import { asLambda, context, type Invoke } from '../setup/lambda.ts';
import { routesOfStack } from '../setup/routes.ts';
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

type HttpHandler = Invoke<APIGatewayProxyEventV2, HandlerAnswer>;
interface HandlerAnswer {
  readonly statusCode?: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

interface StreamRecord {
  readonly dynamodb?: { readonly SequenceNumber?: string };
}

type Queued = Invoke<SQSEvent, unknown>;

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
  const served: Readonly<Record<string, HttpHandler>> = {
    'form-webhook': handlers.form,
    'twilio-inbound': handlers.inbound,
    'twilio-status': handlers.status,
    'admin-api': handlers.admin,
    'sender-admin': handlers.sender,
    'crm-lookup': handlers.crmApi,
  };
  const routes = routesOfStack(async (name, event) => served[name]?.(event as APIGatewayProxyEventV2));
  http.serve(handlerOf);
  const sqs = new SQSClient({});
  const consent = await followStream(tables.consentTable);
  const configuration = await followStream(tables.configurationTable);
  const published = await Promise.all(
    (['consentTable', 'outreachTable'] as const).map(async (name) => ({
      stream: await followStream(tables[name]),
      wants: createFilter(streamFiltersOf('publish-events', name)),
    })),
  );

  /** The function that API Gateway gives a request to. */
  function handlerOf(method: string, path: string): HttpHandler {
    const found = matchRoute(routes, method, path.split('?')[0] ?? '');
    if (!found) throw new Error(`The stack has no route for ${method} ${path}`);
    return async (event) => (await found.route.pool.invoke(event)) as HandlerAnswer;
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
      for (const kind of workKinds) await handlers.cycle({ kind });
    },
    /** Lets the gate take all texts in the lanes. */
    async drainLanes(): Promise<number> {
      const priority = await drain(tables.priorityQueueUrl, handlers.gate);
      return priority + (await drain(tables.bulkQueueUrl, handlers.gate));
    },
    /** Lets consent-changes follow what changed, jobs work through what that queued, and sender-admin tell Twilio. */
    async followChanges(): Promise<void> {
      await follow(consent, handlers.changes);
      await follow(configuration, handlers.changes);
      await drain(tables.jobsQueueUrl, handlers.jobs);
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
    /** A scheduled run of crm-lookup: what arrived, and with `sweep` those who wait. */
    runCrm: (sweep = false) => handlers.crm({ sweep }),
    reconcile: () => handlers.reconcile({}),
    /** Lets registry-jobs take what stands in its queue. @param milliseconds that each worker has. */
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
      call(handlerOf(method, path), method, path, {
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
  const [
    form,
    inbound,
    status,
    admin,
    sender,
    cycle,
    gate,
    changes,
    jobs,
    publish,
    reconcile,
    crm,
    exporting,
  ] = await Promise.all([
    import('../../functions/form-webhook/handler.ts'),
    import('../../functions/twilio-inbound/handler.ts'),
    import('../../functions/twilio-status/handler.ts'),
    import('../../functions/admin-api/handler.ts'),
    import('../../functions/sender-admin/handler.ts'),
    import('../../functions/automation-cycle/handler.ts'),
    import('../../functions/send-gate/handler.ts'),
    import('../../functions/consent-changes/handler.ts'),
    import('../../functions/jobs/handler.ts'),
    import('../../functions/publish-events/handler.ts'),
    import('../../functions/reconcile/handler.ts'),
    import('../../functions/crm-lookup/handler.ts'),
    import('../../functions/registry-jobs/handler.ts'),
  ]);
  return {
    form: recorded('form-webhook', asLambda<APIGatewayProxyEventV2, HandlerAnswer>(form.handler)),
    inbound: recorded('twilio-inbound', asLambda<APIGatewayProxyEventV2, HandlerAnswer>(inbound.handler)),
    status: recorded('twilio-status', asLambda<APIGatewayProxyEventV2, HandlerAnswer>(status.handler)),
    admin: recorded('admin-api', asLambda<APIGatewayProxyEventV2, HandlerAnswer>(admin.handler)),
    sender: recorded('sender-admin', asLambda<APIGatewayProxyEventV2, HandlerAnswer>(sender.handler)),
    carrierList: recorded('sender-admin', asLambda<SQSEvent, SQSBatchResponse>(sender.handler)),
    cycle: recorded('automation-cycle', asLambda<Schedule, CycleResult[]>(cycle.handler)),
    gate: recorded('send-gate', asLambda<SQSEvent, SQSBatchResponse>(gate.handler)),
    changes: recorded('consent-changes', asLambda<DynamoDBStreamEvent, SQSBatchResponse>(changes.handler)),
    jobs: recorded('jobs', asLambda<SQSEvent, SQSBatchResponse>(jobs.handler)),
    publish: recorded('publish-events', asLambda<DynamoDBStreamEvent, SQSBatchResponse>(publish.handler)),
    reconcile: recorded('reconcile', asLambda<object, void>(reconcile.handler)),
    crm: recorded('crm-lookup', asLambda<{ sweep?: boolean }, void>(crm.handler)),
    crmApi: recorded('crm-lookup', asLambda<APIGatewayProxyEventV2, HandlerAnswer>(crm.handler)),
    registryJobs: recorded('registry-jobs', asLambda<SQSEvent, SQSBatchResponse>(exporting.handler)),
  };
}

async function follow(
  stream: StreamFollower,
  handle: Invoke<DynamoDBStreamEvent, SQSBatchResponse>,
): Promise<void> {
  const records = await stream.next();
  if (records.length === 0) return;
  const { batchItemFailures } = await handle({ Records: records as never[] });
  if (batchItemFailures.length > 0) throw new Error('consent-changes could not follow a change');
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
  let handlerOf: ((method: string, path: string) => HttpHandler) | undefined;
  const server: Server = createServer(async (request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const headers = request.headers as Record<string, string>;
    try {
      const method = request.method ?? '';
      if (!handlerOf) throw new Error('Nothing is served yet');
      const body = await read(request);
      const answer = await call(handlerOf(method, path), method, path, { body, headers, query });
      response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.body);
    } catch {
      // API Gateway answers 502 for a function that failed.
      response.writeHead(502).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: (given: (method: string, path: string) => HttpHandler) => {
      handlerOf = given;
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
export { context };
