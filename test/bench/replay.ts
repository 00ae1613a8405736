import { DynamoDBDocumentClient, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';

/** The lead and number that a text is for. */
export interface Recipient {
  readonly leadId: string;
  readonly number: string;
}

type Request = TransactWriteCommand | UpdateCommand;

/** The requests that a send cannot do without: those that the gate made for one text, to be repeated for other recipients. */
export interface Recording {
  readonly requests: readonly Request[];
  readonly of: Recipient;
}

/**
 * Records the send transaction and the update with the result of some texts while they go through the gate. So the raw side of
 * the bench always has the gate's own actions, conditions and item sizes.
 *
 * @param send takes the texts to these recipients through the gate.
 */
export async function recordRequests(
  recipients: readonly Recipient[],
  send: () => Promise<unknown>,
): Promise<Recording[]> {
  const seen = await writesOf(send);
  return recipients.map((of) => {
    const requests = seen.filter(({ input }) => JSON.stringify(input).includes(of.leadId));
    if (requests.length === 2) return { requests, of };
    throw new Error(`A text took ${requests.length} writes, not a transaction and an update`);
  });
}

/** Records the first transaction that `work` makes for a recipient. For a STOP that is the one that records it. */
export async function recordTransaction(of: Recipient, work: () => Promise<unknown>): Promise<Recording[]> {
  const first = (await writesOf(work)).find((request) => request instanceof TransactWriteCommand);
  if (!first) throw new Error('It took no transaction');
  return [{ requests: [first], of }];
}

/** @returns milliseconds until the first transaction that the work makes is written. */
export async function timeFirstTransaction(work: () => Promise<unknown>): Promise<number> {
  const client: { send: unknown } = DynamoDBDocumentClient.prototype;
  const original = client.send as (...given: unknown[]) => Promise<unknown>;
  const start = performance.now();
  let written: number | undefined;
  client.send = async function (this: unknown, command: unknown, ...more: unknown[]) {
    const answer = await original.call(this, command, ...more);
    if (command instanceof TransactWriteCommand) written ??= performance.now() - start;
    return answer;
  };
  try {
    await work();
  } finally {
    client.send = original;
  }
  if (written === undefined) throw new Error('It took no transaction');
  return written;
}

async function writesOf(work: () => Promise<unknown>): Promise<Request[]> {
  const client: { send: unknown } = DynamoDBDocumentClient.prototype;
  const original = client.send as (...given: unknown[]) => unknown;
  const seen: Request[] = [];
  client.send = function (this: unknown, command: unknown, ...more: unknown[]) {
    if (command instanceof TransactWriteCommand || command instanceof UpdateCommand) {
      // The SDK rewrites a command while it sends it: this keeps a copy of the original.
      seen.push(copyOf(command, (text) => text));
    }
    return original.call(this, command, ...more);
  };
  try {
    await work();
    return seen;
  } finally {
    client.send = original;
  }
}

/** Returns the requests of one of the recorded texts, in turn, for another recipient. */
export function requestsFor(
  recordings: readonly Recording[],
  index: number,
  recipient: Recipient,
): Request[] {
  const recording = recordings[index % recordings.length];
  if (!recording) throw new Error('Nothing was recorded');
  const { requests, of } = recording;
  const forRecipient = (text: string) =>
    text.replaceAll(of.leadId, recipient.leadId).replaceAll(of.number, recipient.number);
  return requests.map((request) => copyOf(request, forRecipient));
}

function copyOf(request: Request, change: (text: string) => string): Request {
  return request instanceof TransactWriteCommand
    ? new TransactWriteCommand(copy(request.input, change) as TransactWriteCommand['input'])
    : new UpdateCommand(copy(request.input, change) as UpdateCommand['input']);
}

function copy(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => copy(one, change));
  if (typeof value !== 'object' || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copy(part, change)]));
}
