import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

/** The start parameters of a worker. */
export interface WorkerStart {
  readonly modulePath: string;
  readonly exportName: string;
  readonly functionName: string;
  readonly memoryMegabytes: number;
}

export interface Invocation {
  readonly requestId: string;
  readonly event: unknown;
  /** Milliseconds since the epoch at which the function's time is over. */
  readonly deadline: number;
}

/** A worker's answer: `ready` once, when the module is loaded; then one answer per invocation. */
export type WorkerAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly message: string };

type Handler = (event: unknown, context: unknown) => unknown;

const start = workerData as WorkerStart;
const handler = await load();
parentPort?.on('message', (invocation: Invocation) => {
  void answer(invocation);
});
post({ kind: 'ready' });

async function load(): Promise<Handler> {
  const module = (await import(pathToFileURL(start.modulePath).href)) as Record<string, unknown>;
  const exported = module[start.exportName];
  if (typeof exported !== 'function') throw new Error(`${start.modulePath} exports no ${start.exportName}`);
  return exported as Handler;
}

async function answer({ requestId, event, deadline }: Invocation): Promise<void> {
  const context = {
    awsRequestId: requestId,
    functionName: start.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${start.functionName}`,
    memoryLimitInMB: String(start.memoryMegabytes),
    logGroupName: `/aws/lambda/${start.functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    const result = await handler(event, context);
    // Lambda hands a result on as JSON, so values that JSON cannot express get lost here too.
    post({ kind: 'result', result: result === undefined ? null : JSON.parse(JSON.stringify(result)) });
  } catch (error) {
    post({ kind: 'error', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function post(message: WorkerAnswer): void {
  parentPort?.postMessage(message);
}
