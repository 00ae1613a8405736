import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Keeps the position in each stream, so that a restart goes on from there. */
export interface Checkpoints {
  get(shard: string): string | undefined;
  set(shard: string, sequenceNumber: string): void;
}

export function createCheckpoints(path: string): Checkpoints {
  const reached = new Map<string, string>(
    existsSync(path) ? Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>) : [],
  );
  return {
    get: (shard) => reached.get(shard),
    set: (shard, sequenceNumber) => {
      reached.set(shard, sequenceNumber);
      writeFileSync(path, JSON.stringify(Object.fromEntries(reached)));
    },
  };
}
