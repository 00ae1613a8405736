import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/**
 * Writes the output of the code under test into a file, which keeps a run quiet and which test/output/scan.ts reads.
 * Vitest itself talks to its workers over channels of their own.
 */
const folder = join(import.meta.dirname, '../../.test-run');
mkdirSync(folder, { recursive: true });
const file = openSync(join(folder, 'output.log'), 'a');
const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
  writeSync(file, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
  const done = rest.find((argument) => typeof argument === 'function') as (() => void) | undefined;
  done?.();
  return true;
};
const { stdout, stderr } = process;
const own = { stdout: stdout.write, stderr: stderr.write };
stdout.write = write;
stderr.write = write;
afterAll(() => {
  stdout.write = own.stdout;
  stderr.write = own.stderr;
  closeSync(file);
});
