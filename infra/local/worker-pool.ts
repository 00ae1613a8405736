import type { Worker } from 'node:worker_threads';
import { FunctionError, invokeWorker, type LocalFunction, startWorkerThread } from './worker-thread.ts';

export interface FunctionPool {
  readonly name: string;
  readonly timeoutSeconds: number;
  /** Hands one event to the function. @throws FunctionError when it fails or takes too long. */
  invoke(event: unknown): Promise<unknown>;
  /** Waits for running invocations, then ends the workers. */
  close(): Promise<void>;
}

/**
 * Creates worker threads for one function. A worker handles one event at a time. When all are busy the pool starts another one,
 * up to a limit; then events wait in line. The first worker is loaded at once, so that a function that cannot start fails now.
 *
 * @param log gets every line that the function writes.
 */
export async function createPool(
  definition: LocalFunction,
  limit: number,
  log: (line: string) => void,
): Promise<FunctionPool> {
  const idle: Worker[] = [];
  const waiting: ((worker: Worker) => void)[] = [];
  const running = new Set<Promise<unknown>>();
  let count = 0;

  async function spawn(): Promise<Worker> {
    count++;
    try {
      const worker = await startWorkerThread(definition, log);
      worker.once('exit', () => discard(worker));
      return worker;
    } catch (error) {
      count--;
      throw error;
    }
  }

  /** Removes a worker that ended while it was idle. */
  function discard(worker: Worker): void {
    const index = idle.indexOf(worker);
    if (index < 0) return;
    idle.splice(index, 1);
    count--;
  }

  async function acquire(): Promise<Worker> {
    const free = idle.pop();
    if (free) return free;
    if (count < limit) return spawn();
    return new Promise((resolve) => waiting.push(resolve));
  }

  function release(worker: Worker): void {
    const next = waiting.shift();
    if (next) next(worker);
    else idle.push(worker);
  }

  async function replace(worker: Worker): Promise<void> {
    await worker.terminate();
    count--;
    if (waiting.length > 0) release(await spawn());
  }

  async function invoke(event: unknown): Promise<unknown> {
    const worker = await acquire();
    const answer = await invokeWorker(worker, event, definition.timeoutSeconds);
    if (answer === 'gone' || answer === 'late') {
      void replace(worker);
      const why = answer === 'late' ? `timed out after ${definition.timeoutSeconds} s` : 'ended its process';
      throw new FunctionError(`${definition.functionName} ${why}`);
    }
    release(worker);
    if (answer.kind === 'error') throw new FunctionError(answer.message);
    return answer.kind === 'result' ? answer.result : null;
  }

  idle.push(await spawn());
  return {
    name: definition.functionName,
    timeoutSeconds: definition.timeoutSeconds,
    invoke: (event) => {
      const invocation = invoke(event);
      running.add(invocation);
      const forget = () => running.delete(invocation);
      invocation.then(forget, forget);
      return invocation;
    },
    close: async () => {
      await Promise.allSettled(running);
      await Promise.all([...idle].map((worker) => worker.terminate()));
    },
  };
}
