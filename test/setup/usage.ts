import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { REPORT_FOLDER } from './exercised.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The file to which each use of an AWS service is written: function, action, resource. */
    usagePath: string;
  }
}

export const USAGE_PATH = join(REPORT_FOLDER, 'usage.txt');

/** Starts a new list of the functions' uses. */
export function setup(project: TestProject): void {
  mkdirSync(dirname(USAGE_PATH), { recursive: true });
  rmSync(USAGE_PATH, { force: true });
  project.provide('usagePath', USAGE_PATH);
}
