import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Invocation, WorkerAnswer, WorkerStart } from './worker.ts';

export interface LocalFunction extends WorkerStart {
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** Says that a function threw, ended its process or ran out of time. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
}

/** The longest time that a module may take to load. It ends a module that hangs: a loaded machine may need a minute. */
const LOAD_MILLISECONDS = 120_000;

/** Loads a function's module in a thread of its own. @throws FunctionError saying why it cannot be loaded. */
export async function startWorkerThread(
  definition: LocalFunction,
  log: (line: string) => void,
): Promise<Worker> {
  const { environment, modulePath, exportName, functionName, memoryMegabytes } = definition;
  const workerData: WorkerStart = { modulePath, exportName, functionName, memoryMegabytes };
  const url = new URL('./worker.ts', import.meta.url);
  const worker = new Worker(url, { workerData, env: { ...environment }, stdout: true, stderr: true });
  for (const stream of [worker.stdout, worker.stderr]) {
    let rest = '';
    stream.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(log);
    });
  }
  const problem = await new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(
      () => resolve(`took more than ${LOAD_MILLISECONDS / 1000} s`),
      LOAD_MILLISECONDS,
    );
    const settle = (message: string | undefined) => {
      clearTimeout(timer);
      resolve(message);
    };
    worker.once('message', () => settle(undefined));
    worker.once('error', (error) =>
      settle(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    worker.once('exit', () => settle('ended its process'));
  });
  if (problem === undefined) return worker;
  await worker.terminate();
  throw new FunctionError(`${functionName} could not be loaded: ${problem}`);
}

/** Hands one event to a worker. @returns its answer, `late` when its time is over, or `gone` when the thread ended. */
export function invokeWorker(
  worker: Worker,
  event: unknown,
  timeoutSeconds: number,
): Promise<WorkerAnswer | 'late' | 'gone'> {
  const milliseconds = timeoutSeconds * 1000;
  return new Promise((resolve) => {
    const settle = (answer: WorkerAnswer | 'late' | 'gone') => {
      clearTimeout(timer);
      worker.off('message', settle).off('exit', gone).off('error', gone);
      resolve(answer);
    };
    const gone = () => settle('gone');
    const timer = setTimeout(() => settle('late'), milliseconds);
    worker.on('message', settle).on('exit', gone).on('error', gone);
    const invocation: Invocation = { requestId: randomUUID(), event, deadline: Date.now() + milliseconds };
    worker.postMessage(invocation);
  });
}
