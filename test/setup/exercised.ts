import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The file that lists each operation of the API that a test called successfully. */
    exercisedPath: string;
  }
}

/** The folder in which a run of the tests records its actions, for the checks after it. */
export const REPORT_FOLDER = join(import.meta.dirname, '../../.test-run');
export const EXERCISED_PATH = join(REPORT_FOLDER, 'exercised.txt');

/** Begins a new list of exercised operations. */
export function setup(project: TestProject): void {
  mkdirSync(dirname(EXERCISED_PATH), { recursive: true });
  rmSync(EXERCISED_PATH, { force: true });
  project.provide('exercisedPath', EXERCISED_PATH);
}
