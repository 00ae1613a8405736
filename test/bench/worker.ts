import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** The work of a process: release waiting leads, or send the texts of the bulk lane. */
export type Role = 'waking' | 'bulk';

export function startWorker(role: Role): ChildProcess {
  return fork(join(import.meta.dirname, 'worker-process.ts'), [role], { env: process.env });
}
