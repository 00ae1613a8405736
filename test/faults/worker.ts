import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import { BUNDLING, ROOT } from '../../infra/bundling/bundling.ts';

/** The outcome of an event: the handler's answer or error, or `killed`. */
export type Ending = { readonly result: unknown } | { readonly error: string } | 'killed';

/** Bundles a function as it is deployed. @returns the path of its bundle. */
export async function bundleOf(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  const entryPoints = [join(ROOT, 'functions', name, 'handler.ts')];
  await build({ ...BUNDLING, entryPoints, outfile });
  return outfile;
}

/** Runs one function in one process. */
export class Worker {
  private readonly child: ChildProcess;
  private readonly ready: Promise<unknown>;
  private readonly ended: Promise<unknown>;

  constructor(bundle: string, environment: Readonly<Record<string, string>>) {
    this.child = fork(join(import.meta.dirname, 'worker-process.ts'), [bundle], {
      env: { ...environment, PATH: process.env['PATH'] ?? '' },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.ended = once(this.child, 'exit');
    this.ready = Promise.race([
      once(this.child, 'message'),
      this.ended.then(() => Promise.reject(new Error(`The worker of ${bundle} could not be started`))),
    ]);
    this.ready.catch(() => {});
  }

  async invoke(event: unknown, ahead: number): Promise<Ending> {
    await this.ready;
    const answer = once(this.child, 'message').then(([message]) => message as Ending);
    this.child.send({ event, ahead });
    return Promise.race([answer, this.ended.then(() => 'killed' as const)]);
  }

  /** Ends the process at once, in the middle of its work. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** Starts workers of one function. The next one loads while one is at work. */
export class Workers {
  private readonly start: () => Worker;
  private spare: Worker;

  constructor(bundle: string, environment: Readonly<Record<string, string>>) {
    this.start = () => new Worker(bundle, environment);
    this.spare = this.start();
  }

  next(): Worker {
    const worker = this.spare;
    this.spare = this.start();
    return worker;
  }

  close(): Promise<void> {
    return this.spare.kill();
  }
}
