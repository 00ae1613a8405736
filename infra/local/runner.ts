import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { SQSClient } from '@aws-sdk/client-sqs';
import { ENV } from '../../lib/runtime/env.ts';
import { synthesizeStack } from './assembly.ts';
import { createCheckpoints } from './checkpoints.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION, startDynamoDb, startObjects, startQueues } from './engines.ts';
import { startEventBridge } from './event-bridge.ts';
import { listenHttp } from './http-server.ts';
import { createResolver } from './intrinsics.ts';
import { busesOf, functionsOf, mappingsOf, routesOf, schedulesOf } from './parts.ts';
import { type Provisioned, provisionResources } from './provision.ts';
import { pollQueue } from './queues-poller.ts';
import { createLocalSalesforceApp, startLocalSalesforce } from './salesforce/local.ts';
import { startSchedules } from './schedules.ts';
import { loadLocalSecrets } from './secrets.ts';
import { seedOrganization } from './seed.ts';
import { startSsm } from './ssm.ts';
import { pollStream } from './streams-poller.ts';
import { resourcesOf, type Template } from './template.ts';
import { createTokens } from './tokens.ts';
import { startTwilioStandIn } from './twilio/stand-in.ts';
import { createPool, type FunctionPool } from './worker-pool.ts';

export interface LocalOptions {
  readonly organization?: string;
  /** The directory of the instance's state. */
  readonly stateDirectory: string;
  /** The port of the API; 0 for a free one. */
  readonly port: number;
  readonly twilioPort?: number;
  readonly salesforcePort?: number;
  /** The port of the event bus's stand-in. */
  readonly eventsPort?: number;
  /** Seconds that the runner takes for each minute of an automation cycle's schedule. Other schedules keep their rate. */
  readonly cycleSeconds: number;
  readonly fresh?: boolean;
  /** Wraps each step, so that the caller can print its title and duration. */
  readonly step?: <T>(title: string, work: () => Promise<T>) => Promise<T>;
  /** Gets a line about the progress of a slow step. */
  readonly progress?: (line: string) => void;
  /** Gets each line that a function logs, and each failure around the functions. */
  readonly log?: (line: string) => void;
}

export interface Local {
  readonly apiUrl: string;
  readonly twilioUrl: string;
  /** The address of EventBridge's stand-in, which shows the published events. */
  readonly eventsUrl: string;
  readonly salesforceUrl: string;
  readonly dynamoDbUrl: string;
  readonly queuesUrl: string;
  readonly cycleSeconds: number;
  /** Issues a token for a member of the group `admin` or `agent`. */
  token(group: 'admin' | 'agent'): Promise<string>;
  close(): Promise<void>;
}

/** Each function has this many workers. A machine with two cores gains nothing from more. */
const WORKERS = 2;

/**
 * Runs an organization's stack on this machine: the resources of the synthesized template on local engines, with the
 * bundles that would be deployed.
 */
export async function startLocalStack(options: LocalOptions): Promise<Local> {
  const { step = (_, work) => work(), log = () => {}, organization = 'demo', cycleSeconds } = options;
  const state = resolvePath(options.stateDirectory);
  mkdirSync(state, { recursive: true });
  if (options.fresh) {
    // The bundles hold no state of the instance, so --fresh keeps them.
    const kept = readdirSync(state).filter((name) => name !== 'cdk.out');
    for (const name of kept) rmSync(join(state, name), { recursive: true, force: true });
  }
  const closing: (() => Promise<unknown> | undefined)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    const assembly = await step(
      `Synthesizing the stack sendgate-${organization} and bundling its functions`,
      () => synthesizeStack(organization, join(state, 'cdk.out'), options.progress ?? (() => {})),
    );
    const { template } = assembly;
    const [dynamodb, queues] = await step('Starting DynamoDB, SQS and S3', () =>
      Promise.all([
        startDynamoDb({ path: join(state, 'dynamodb.sqlite') }),
        startQueues({ dataDir: join(state, 'sqs') }),
      ]),
    );
    closing.push(() => Promise.all([dynamodb.stop(), queues.stop()]));
    const objects = await startObjects(queues, { dataDir: join(state, 's3') });
    closing.push(() => objects.stop());
    const provisioned = await step('Creating the tables, queues and buckets of the template', () =>
      provisionResources(template, {
        dynamodb: dynamodb.endpoint,
        sqs: queues.endpoint,
        s3: objects.endpoint,
      }),
    );
    const secrets = await loadLocalSecrets(join(state, 'secrets.json'));
    const { accountSid, apiKeySid, apiKeySecret, authToken } = secrets;
    const salesforceApp = createLocalSalesforceApp(apiKeySecret);
    const http = await listenHttp(options.port, log);
    closing.push(() => http.close());
    const [twilio, salesforce, ssm, eventBridge] = await step(
      'Starting the stand-ins for Twilio, Salesforce, SSM and EventBridge',
      () =>
        Promise.all([
          startTwilioStandIn({
            ...secrets,
            ...(options.twilioPort !== undefined && { port: options.twilioPort }),
            inboundWebhookUrl: `${http.url}/twilio/inbound`,
            statePath: join(state, 'twilio.json'),
          }),
          startLocalSalesforce(salesforceApp, join(state, 'salesforce.json'), options.salesforcePort),
          startSsm({
            [`/sendgate/${organization}/twilio/api-key`]: JSON.stringify({
              accountSid,
              apiKeySid,
              apiKeySecret,
            }),
            [`/sendgate/${organization}/twilio/auth-token`]: authToken,
            [`/sendgate/${organization}/salesforce/credentials`]: JSON.stringify(salesforceApp.credentials),
          }),
          startEventBridge([...busesOf(template).values()], options.eventsPort),
        ]),
    );
    closing.push(() => Promise.all([twilio.close(), salesforce.close(), ssm.close(), eventBridge.close()]));
    const resolve = createResolver(template, referencesOf(template, provisioned, http.url));
    const functions = functionsOf(
      assembly,
      resolve,
      {
        [ENV.twilioBaseUrl]: twilio.url,
        [ENV.salesforceBaseUrl]: salesforce.url,
        AWS_REGION: LOCAL_REGION,
        AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
        AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
        AWS_ENDPOINT_URL_SQS: queues.endpoint,
        AWS_ENDPOINT_URL_S3: objects.endpoint,
        AWS_ENDPOINT_URL_SSM: ssm.endpoint,
        AWS_ENDPOINT_URL_EVENTBRIDGE: eventBridge.endpoint,
      },
      http.url,
    );
    const pools = new Map<string, FunctionPool>();
    closing.push(() => Promise.all([...pools.values()].map((pool) => pool.close())));
    await step(`Loading ${functions.size} functions`, () =>
      Promise.all(
        [...functions].map(async ([id, definition]) =>
          pools.set(id, await createPool(definition, WORKERS, log)),
        ),
      ),
    );
    const tokens = await createTokens(secrets.signingKey);
    const routes = routesOf(template, resolve, pools);
    const jwt = routes.find(({ authorizer }) => authorizer)?.authorizer;
    http.serve(routes, tokens);
    const token = async (group: string) => (jwt ? tokens.issue(group, jwt) : '');

    const abort = new AbortController();
    const settings = { region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
    const sqs = new SQSClient({ ...settings, endpoint: queues.endpoint });
    const streams = new DynamoDBStreamsClient({ ...settings, endpoint: dynamodb.endpoint });
    const checkpoints = createCheckpoints(join(state, 'streams.json'));
    const pollers = mappingsOf(template, provisioned, pools).map(({ source, pool, properties, wants }) => {
      const reportsFailures = properties['FunctionResponseTypes'] !== undefined;
      if (source.url === undefined) {
        const retryAttempts = Number(properties['MaximumRetryAttempts'] ?? 10);
        const mapping = { streamArn: source.streamArn ?? '', pool, wants, retryAttempts };
        return pollStream(streams, mapping, checkpoints, abort.signal, log);
      }
      const batchSize = Number(properties['BatchSize'] ?? 10);
      const mapping = { queueUrl: source.url, queueArn: source.arn, batchSize, reportsFailures, pool };
      return pollQueue(sqs, mapping, abort.signal, log);
    });
    closing.push(async () => {
      abort.abort();
      await Promise.all(pollers);
      sqs.destroy();
      streams.destroy();
    });
    const endSchedules = startSchedules(schedulesOf(template, pools), cycleSeconds, log);
    closing.push(async () => endSchedules());
    await step('Setting up the organization', async () => seedOrganization(http.url, await token('admin')));
    return {
      apiUrl: http.url,
      twilioUrl: twilio.url,
      eventsUrl: eventBridge.endpoint,
      salesforceUrl: salesforce.url,
      dynamoDbUrl: dynamodb.endpoint,
      queuesUrl: queues.endpoint,
      cycleSeconds,
      token,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Maps the template's references to its tables, queues and API to local values. */
function referencesOf(
  template: Template,
  provisioned: ReadonlyMap<string, Provisioned>,
  apiUrl: string,
): Map<string, string> {
  const references = new Map<string, string>();
  for (const [id, { name, arn, url, streamArn }] of provisioned) {
    references.set(id, url ?? name);
    references.set(`${id}.Arn`, arn);
    references.set(`${id}.QueueName`, name);
    if (streamArn) references.set(`${id}.StreamArn`, streamArn);
  }
  for (const [id] of resourcesOf(template, 'AWS::ApiGatewayV2::Api'))
    references.set(`${id}.ApiEndpoint`, apiUrl);
  for (const [id, name] of busesOf(template)) references.set(id, name);
  return references;
}
