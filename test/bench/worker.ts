import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** What a worker in a process of its own does: wake who waits, or send what is queued in the bulk lane. */
export type Role = 'waking' | 'bulk';

export function startWorker(role: Role): ChildProcess {
  return fork(join(import.meta.dirname, 'worker-process.ts'), [role], { env: process.env });
}
