import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync } from 'node:fs';
import type { ClientRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Context, SQSEvent } from 'aws-lambda';
import { createApp } from '../../infra/create-app.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION, startDynamoDb } from '../../infra/local/engines.ts';
import { provision } from '../../infra/local/provision.ts';
import { resourcesOf, type Template } from '../../infra/local/template.ts';
import { automationSchema } from '../../lib/automation/automation.ts';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { enroll } from '../../lib/automation/progress.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { createConfiguration } from '../../lib/organization/configuration.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { atLeast, atMost, type Figure, raw } from './figure.ts';
import type { Peers } from './peers.ts';
import { type Recipient, type Recording, recordRequests, requestsFor } from './replay.ts';

/** Texts under way at once: four batches of ten, as four workers of send-gate would have. */
const WORKERS = 4;
const BATCH = 10;
/** Texts whose requests are recorded: enough to lie in every shard. */
const RECORDED = 40;

/**
 * Texts per second through cycle, queue and gate with real handlers, the real Twilio client and the local engines, and
 * the rate of nothing but the requests that a send cannot do without, in one run on the same machine.
 */
export async function measureThroughput(leads: number, progress: (line: string) => void): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sendgate-bench-'));
  progress('Starting the engines, each in a process of its own');
  const dynamodb = await startDynamoDb();
  const peers = fork(join(import.meta.dirname, 'peers-process.ts'));
  try {
    const { sqsUrl, twilioUrl, ssmUrl, credentials } = await new Promise<Peers>((resolve) =>
      peers.once('message', (message) => resolve(message as Peers)),
    );
    const assembly = createApp({ only: ['demo'], outdir: folder, bundling: false }).synth();
    const template = assembly.getStackByName('sendgate-demo').template as Template;
    // Nobody reads the streams here, and what they keep slows dynoxide's transactions down, the longer the more; DynamoDB's not.
    for (const [, properties] of resourcesOf(template, 'AWS::DynamoDB::Table')) {
      Reflect.deleteProperty(properties, 'StreamSpecification');
    }
    const names = namesOf(
      template,
      await provision(template, { dynamodb: dynamodb.endpoint, sqs: sqsUrl, s3: sqsUrl }),
    );
    Object.assign(process.env, names, {
      AWS_REGION: LOCAL_REGION,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
      AWS_ENDPOINT_URL_SQS: sqsUrl,
      AWS_ENDPOINT_URL_SSM: ssmUrl,
      POWERTOOLS_METRICS_NAMESPACE: 'sendgate',
      POWERTOOLS_METRICS_DISABLED: 'true',
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      [ENV.organization]: 'Bench',
      [ENV.publicBaseUrl]: 'http://127.0.0.1:9',
      [ENV.twilioBaseUrl]: twilioUrl,
      [ENV.twilioCredentialsParameter]: credentials,
      [ENV.sender]: '+13035550100',
    });
    const gate = (await import('../../functions/send-gate/handler.ts')).handler;
    const cycle = (await import('../../functions/automation-cycle/handler.ts')).handler;
    const requests = countRequests({ dynamodb: dynamodb.endpoint, sqs: sqsUrl, twilio: twilioUrl });
    const seeder = createSeeder(names);
    const sqs = new SQSClient({});

    const sendDue = async (): Promise<Spent> => {
      requests.reset();
      const clock = startClock();
      await cycle({ kind: 'drip' }, { getRemainingTimeInMillis: () => 60_000 } as Context);
      await Promise.all(
        Array.from({ length: WORKERS }, () => drain(sqs, names[ENV.bulkQueueUrl] ?? '', gate)),
      );
      return clock();
    };
    progress('Warm-up');
    await seeder.seed(100);
    await sendDue();
    const recordings = await recordRequests(await seeder.seed(RECORDED), sendDue);
    const raws: Spent[] = [];
    const wholes: Spent[] = [];
    let counted = requests.counts();
    let sent = 0;
    for (let round = 1; round <= 3; round++) {
      progress(`Round ${round} of 3: seeding ${leads} due leads`);
      const recipients = await seeder.seed(leads);
      progress(`Round ${round} of 3: the raw requests`);
      raws.push(await rawRate(recordings, recipients));
      progress(`Round ${round} of 3: seeding ${leads} more`);
      await seeder.seed(leads);
      progress(`Round ${round} of 3: cycle, queue and gate`);
      wholes.push(await sendDue());
      counted = requests.counts();
      sent = counted.twilio;
      if (sent !== leads) throw new Error(`${leads} texts were due and ${sent} reached Twilio`);
    }
    const best = bestOf(wholes);
    const bestRaw = bestOf(raws);
    return [
      raw(`texts through cycle, queue and gate (${leads} due)`, leads / best.seconds, 'texts/s'),
      raw('the requests a send cannot do without, alone', leads / bestRaw.seconds, 'texts/s'),
      atLeast('ratio of the two', bestRaw.seconds / best.seconds, 'x', 0.6),
      raw("the functions' CPU time per text", (best.cpuSeconds * 1000) / leads, 'ms'),
      raw("the raw requests' CPU time per text", (bestRaw.cpuSeconds * 1000) / leads, 'ms'),
      atMost('DynamoDB requests per text', counted.dynamodb / sent, 'requests', 2.5),
      atMost('SQS requests per text', counted.sqs / sent, 'requests', 0.5),
      atMost('Twilio requests per text', counted.twilio / sent, 'requests', 1),
    ];
  } finally {
    peers.kill();
    await dynamodb.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The least of each: whatever else the machine does only adds. */
function bestOf(rounds: readonly Spent[]): Spent {
  return {
    seconds: Math.min(...rounds.map(({ seconds }) => seconds)),
    cpuSeconds: Math.min(...rounds.map(({ cpuSeconds }) => cpuSeconds)),
  };
}

type Names = Record<string, string>;

/** Table names and queue URLs by the environment variable that carries them. */
function namesOf(template: Template, provisioned: Awaited<ReturnType<typeof provision>>): Names {
  const names: Names = {};
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

function createSeeder(names: Names) {
  const client = createDocumentClient();
  const now = () => new Date();
  const outreach = { client, table: names[ENV.outreachTable] ?? '', now };
  const leads = createLeadStore(outreach);
  const enrollments = createEnrollmentStore(outreach);
  const registry = createConsentRegistry({ client, table: names[ENV.consentTable] ?? '', now });
  const configuration = createConfiguration({
    client,
    table: names[ENV.configurationTable] ?? '',
    organization: 'Bench',
    now,
  });
  const automation = automationSchema.parse({
    id: 'bench',
    kind: 'drip',
    name: 'bench',
    steps: [
      { delay: 'PT0S', template: 'Hi {{firstName|there}}, news from {{organizationName}}.' },
      { delay: 'P7D', template: 'More news.' },
    ],
  });
  let next = 0;
  return {
    async seed(count: number): Promise<Recipient[]> {
      const quietHours = 'offForTesting' as const;
      await configuration.changeSettings({ a2pVerified: true, requireSmsOptIn: true, quietHours }, 'bench');
      await configuration.putAutomation(automation);
      const seeded: Recipient[] = [];
      for (let start = 0; start < count; start += 20) {
        const some = Array.from({ length: Math.min(20, count - start) }, () => seedOne(next++));
        seeded.push(...(await Promise.all(some)));
      }
      return seeded;
    },
  };

  async function seedOne(index: number): Promise<Recipient> {
    const number = `+1303${String(2_000_000 + index)}`;
    const wordsShown = 'You agree to get texts.';
    await registry.record({
      number,
      kind: 'explicitWeb',
      occurredAt: new Date().toISOString(),
      sourceId: randomUUID(),
      evidence: {
        source: 'form',
        formId: 'bench',
        submissionId: 'bench',
        checkbox: 1,
        wordsShown,
        wordsVersion: '1',
      },
    });
    const lead = await leads.create(number, { firstName: 'Dana' });
    await enrollments.add(enroll({ leadId: lead.id, automationId: 'bench' }, number, automation, new Date()));
    return { leadId: lead.id, number };
  }
}

/** One worker: batches of ten, until the queue is empty. */
async function drain(
  sqs: SQSClient,
  QueueUrl: string,
  gate: (event: SQSEvent) => Promise<unknown>,
): Promise<void> {
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: BATCH }),
    );
    if (Messages.length === 0) return;
    await gate({
      Records: Messages.map(({ MessageId = '', Body = '' }) => ({ messageId: MessageId, body: Body })),
    } as SQSEvent);
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

/**
 * The send transaction and the update with the result, as the gate makes them, for other leads and at the same concurrency.
 * The requests are put together before the clock starts: what is measured is the SDK, the wire and the engine.
 */
async function rawRate(recordings: readonly Recording[], recipients: readonly Recipient[]): Promise<Spent> {
  const client = createDocumentClient();
  const texts = recipients.map((recipient, index) => requestsFor(recordings, index, recipient)).values();
  const clock = startClock();
  await Promise.all(
    Array.from({ length: WORKERS * BATCH }, async () => {
      for (const requests of texts) {
        for (const request of requests) await client.send(request as TransactWriteCommand);
      }
    }),
  );
  return clock();
}

/** Seconds on the clock, and of this process's CPU, in which the functions and the raw requests run. */
interface Spent {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

function startClock(): () => Spent {
  const start = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
}

/** Counts this process's HTTP requests by the service they go to, whoever makes them. */
function countRequests<K extends string>(services: Record<K, string>) {
  const hosts = new Map(
    Object.entries<string>(services).map(([name, url]) => [new URL(url).host, name as K]),
  );
  const zero = () => Object.fromEntries([...hosts.values()].map((name) => [name, 0])) as Record<K, number>;
  let counts = zero();
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest };
    const name = hosts.get(String(request.getHeader('host')));
    if (name) counts[name]++;
  });
  return {
    counts: () => ({ ...counts }),
    reset: () => {
      counts = zero();
    },
  };
}
