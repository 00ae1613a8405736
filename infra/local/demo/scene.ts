import type { Stage } from './stage.ts';

/** One scene of the story: what it shows, the promise it keeps, and what happened. */
export interface Scene {
  readonly title: string;
  readonly promise: string;
  readonly play: (stage: Stage) => Promise<Outcome>;
}

export interface Outcome {
  readonly happened: string;
  readonly why: string;
}

/** Scenes that play under the same settings. */
export interface Chapter {
  readonly title: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly scenes: readonly Scene[];
}
