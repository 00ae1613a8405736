import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Counts and times every HTTP request of this process by the service that it goes to. */
export function countRequests<K extends string>(services: Record<K, string>) {
  const hosts = new Map(
    Object.entries<string>(services).map(([name, url]) => [new URL(url).host, name as K]),
  );
  const zero = () => Object.fromEntries([...hosts.values()].map((name) => [name, 0])) as Record<K, number>;
  let counts = zero();
  const answeredAt = new Map<K, number>();
  const nameOf = ({ request }: { request: ClientRequest }) => hosts.get(String(request.getHeader('host')));
  subscribe('http.client.response.finish', (message) => {
    const name = nameOf(message as { request: ClientRequest });
    if (name) answeredAt.set(name, performance.now());
  });
  subscribe('http.client.request.start', (message) => {
    const name = nameOf(message as { request: ClientRequest });
    if (name) counts[name]++;
  });
  return {
    counts: () => ({ ...counts }),
    /** Returns when the last answer of a service was read, by `performance.now`. */
    lastAnswer: (name: K): number => answeredAt.get(name) ?? Number.NaN,
    reset: () => {
      counts = zero();
    },
  };
}

/** Read units and write units, which DynamoDB bills. */
export interface Units {
  readonly read: number;
  readonly written: number;
}

const WRITES = /^(Put|Update|Delete|BatchWrite|TransactWrite)/;

/**
 * Counts the units that DynamoDB consumes while `work` runs, with those of indexes and transactions. Every request of the process
 * asks for its units, so nothing else should run or be timed meanwhile.
 */
export async function countUnits(work: () => Promise<unknown>): Promise<Units> {
  const client: { send: unknown } = DynamoDBDocumentClient.prototype;
  const original = client.send as (...given: unknown[]) => Promise<Answer>;
  const units = { read: 0, written: 0 };
  client.send = async function (this: unknown, command: { input: object }, ...more: unknown[]) {
    Object.assign(command.input, { ReturnConsumedCapacity: 'TOTAL' });
    const answer = await original.call(this, command, ...more);
    const consumed = [answer.ConsumedCapacity ?? []].flat();
    const sum = consumed.reduce((total, { CapacityUnits = 0 }) => total + CapacityUnits, 0);
    units[WRITES.test(command.constructor.name) ? 'written' : 'read'] += sum;
    return answer;
  };
  try {
    await work();
    return units;
  } finally {
    client.send = original;
  }
}

interface Consumed {
  readonly CapacityUnits?: number;
}
interface Answer {
  readonly ConsumedCapacity?: Consumed | readonly Consumed[];
}
