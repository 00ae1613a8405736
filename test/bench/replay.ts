import { DynamoDBDocumentClient, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';

/** Whom a text is for. */
export interface Recipient {
  readonly leadId: string;
  readonly number: string;
}

type Request = TransactWriteCommand | UpdateCommand;

/** The requests that a send cannot do without: what the gate itself wrote for one text, to be repeated for others. */
export interface Recording {
  readonly requests: readonly Request[];
  readonly of: Recipient;
}

/**
 * Records the send transaction and the update with the result of some texts while they go through the gate. So the raw side of
 * the bench has the gate's own actions, conditions and item sizes, whatever these become.
 *
 * @param send takes the texts to these recipients through the gate.
 */
export async function recordRequests(
  recipients: readonly Recipient[],
  send: () => Promise<unknown>,
): Promise<Recording[]> {
  const client: { send: unknown } = DynamoDBDocumentClient.prototype;
  const original = client.send as (...given: unknown[]) => unknown;
  const seen: Request[] = [];
  client.send = function (this: unknown, command: unknown, ...more: unknown[]) {
    if (command instanceof TransactWriteCommand || command instanceof UpdateCommand) {
      // The SDK rewrites a command while it sends it: keep what it was.
      seen.push(copyOf(command, (text) => text));
    }
    return original.call(this, command, ...more);
  };
  try {
    await send();
    return recipients.map((of) => {
      const requests = seen.filter(({ input }) => JSON.stringify(input).includes(of.leadId));
      if (requests.length === 2) return { requests, of };
      throw new Error(`A text took ${requests.length} writes, not a transaction and an update`);
    });
  } finally {
    client.send = original;
  }
}

/** The requests of one of the recorded texts, in turn, for somebody else. */
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
