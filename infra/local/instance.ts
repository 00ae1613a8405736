import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The addresses and the token of a running instance. */
export interface Instance {
  readonly apiUrl: string;
  readonly twilioUrl: string;
  readonly dynamoDbUrl: string;
  readonly queuesUrl: string;
  readonly eventsUrl: string;
  readonly cycleSeconds: number;
  /** An admin's token. */
  readonly token: string;
}

const file = (state: string) => join(state, 'instance.json');

/** Writes a running instance's addresses to its state, so that the demo finds it. */
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

/** Finds the instance that runs on this state. @returns undefined when none answers. */
export async function findRunningInstance(state: string): Promise<Instance | undefined> {
  const instance = readInstance(state);
  if (!instance) return undefined;
  const headers = { authorization: `Bearer ${instance.token}` };
  const answer = await fetch(`${instance.apiUrl}/settings`, { headers }).catch(() => undefined);
  return answer?.ok ? instance : undefined;
}
