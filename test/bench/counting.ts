import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Counts this process's HTTP requests by the service they go to, whoever makes them. */
export function countRequests<K extends string>(services: Record<K, string>) {
  const hosts = new Map(
    Object.entries<string>(services).map(([name, url]) => [new URL(url).host, name as K]),
  );
  const zero = () => Object.fromEntries([...hosts.values()].map((name) => [name, 0])) as Record<K, number>;
  let counts = zero();
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest };
    const name = hosts.get(String(request.getHeader('host')));
    if (name) counts[name]++;
  });
  return {
    counts: () => ({ ...counts }),
    reset: () => {
      counts = zero();
    },
  };
}

/** What DynamoDB bills: units of reading and of writing. */
export interface Units {
  readonly read: number;
  readonly written: number;
}

const WRITES = /^(Put|Update|Delete|BatchWrite|TransactWrite)/;

/**
 * The units that DynamoDB says were consumed while something ran: indexes, transactions' doubling and sizes included. Asks
 * for them with every request, whoever makes it, so nothing else should run meanwhile and nothing be timed.
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
