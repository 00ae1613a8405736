import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How to reach an instance that runs. */
export interface Instance {
  readonly apiUrl: string;
  readonly twilioUrl: string;
  readonly dynamoDbUrl: string;
  readonly queuesUrl: string;
  readonly eventsUrl: string;
  readonly cycleSeconds: number;
  /** An admin's. */
  readonly token: string;
}

const file = (state: string) => join(state, 'instance.json');

/** Leaves word of a running instance for the demo. */
export function writeInstance(state: string, instance: Instance): void {
  const { apiUrl, twilioUrl, eventsUrl, dynamoDbUrl, queuesUrl, cycleSeconds, token } = instance;
  const kept = { apiUrl, twilioUrl, eventsUrl, dynamoDbUrl, queuesUrl, cycleSeconds, token };
  const text = JSON.stringify(kept);
  writeFileSync(file(state), text, { mode: 0o600 });
}

function readInstance(state: string): Instance | undefined {
  return existsSync(file(state)) ? (JSON.parse(readFileSync(file(state), 'utf8')) as Instance) : undefined;
}

export function removeInstance(state: string): void {
  rmSync(file(state), { force: true });
}

/** The instance that runs on this state, when it answers. */
export async function runningInstance(state: string): Promise<Instance | undefined> {
  const instance = readInstance(state);
  if (!instance) return undefined;
  const headers = { authorization: `Bearer ${instance.token}` };
  const answer = await fetch(`${instance.apiUrl}/settings`, { headers }).catch(() => undefined);
  return answer?.ok ? instance : undefined;
}
