import type { Stage } from './stage.ts';

/** One scene of the demo: it does something, checks that a promise is kept, and reports what happened. */
export interface Scene {
  readonly title: string;
  readonly promise: string;
  readonly play: (stage: Stage) => Promise<Outcome>;
}

export interface Outcome {
  readonly happened: string;
  readonly why: string;
}

/** A chapter of the demo: scenes under the same settings. */
export interface Chapter {
  readonly title: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly scenes: readonly Scene[];
}
