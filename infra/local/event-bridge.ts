import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An event in the form in which a target of the bus gets it. */
export interface BusEvent {
  readonly id: string;
  readonly bus: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly time: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A fault that the stand-in plays on purpose, `times` times. */
export type BusFault = { readonly times: number } & (
  | { readonly kind: 'request'; readonly status: 400 | 500; readonly type: string }
  /** Refuses single entries: all, or those whose detail contains a text. */
  | { readonly kind: 'entry'; readonly containing?: string }
);

interface Entry {
  readonly EventBusName?: string;
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  /** Seconds since the epoch, the form of times in JSON 1.1. */
  readonly Time?: number;
  readonly Resources?: readonly string[];
}
type Answer = readonly [status: number, body: unknown];

const MOST_ENTRIES = 10;
const MOST_BYTES = 256 * 1024;
/** The stand-in forgets older events; a real bus keeps none at all. */
const MAXIMUM_KEPT_EVENTS = 10_000;

export type EventBridgeStandIn = Awaited<ReturnType<typeof startEventBridge>>;

/**
 * Starts a stand-in for EventBridge: `PutEvents` over the protocol that the AWS SDK speaks, with its limits. It shows the
 * published events at `GET /stand-in/events`.
 *
 * @param buses names of the buses that exist.
 * @param port by default a free one.
 */
export async function startEventBridge(buses: readonly string[], port = 0) {
  const kept: BusEvent[] = [];
  let faults: { readonly fault: BusFault; left: number }[] = [];
  let requests = 0;

  function hits<K extends BusFault['kind']>(
    kind: K,
    detail = '',
  ): Extract<BusFault, { kind: K }> | undefined {
    const hit = faults.find(
      ({ fault, left }) =>
        left > 0 &&
        fault.kind === kind &&
        (fault.kind === 'request' || detail.includes(fault.containing ?? '')),
    );
    if (!hit) return undefined;
    hit.left--;
    return hit.fault as Extract<BusFault, { kind: K }>;
  }

  function putEvents(entries: readonly Entry[]): Answer {
    requests++;
    const fault = hits('request');
    if (fault) return refusal(fault.type, 'A fault that was asked for', fault.status);
    if (entries.length < 1 || entries.length > MOST_ENTRIES) {
      return refusal('ValidationException', `Entries must have 1 to ${MOST_ENTRIES} members`);
    }
    const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    if (bytes > MOST_BYTES) {
      return refusal('ValidationException', 'Total size of the entries in the request is over the limit');
    }
    const answers = entries.map((entry) => take(entry));
    const failed = answers.filter((answer) => 'ErrorCode' in answer).length;
    return [200, { FailedEntryCount: failed, Entries: answers }];
  }

  function take(entry: Entry): { EventId: string } | { ErrorCode: string; ErrorMessage: string } {
    const { EventBusName: bus = 'default', Source = '', DetailType = '', Detail = '' } = entry;
    const missing = Object.entries({ Source, DetailType, Detail }).find(([, value]) => value === '')?.[0];
    if (missing !== undefined) {
      const ErrorMessage = `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`;
      return { ErrorCode: 'InvalidArgument', ErrorMessage };
    }
    if (!buses.includes(bus)) {
      return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: `There is no bus ${bus}` };
    }
    const detail = parsed(Detail);
    if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    if (hits('entry', Detail))
      return { ErrorCode: 'InternalFailure', ErrorMessage: 'A fault that was asked for' };
    const id = crypto.randomUUID();
    const time = new Date(entry.Time === undefined ? Date.now() : entry.Time * 1000).toISOString();
    kept.push({ id, bus, source: Source, 'detail-type': DetailType, time, detail });
    if (kept.length > MAXIMUM_KEPT_EVENTS) kept.shift();
    return { EventId: id };
  }

  function control(action: string, body: string): Answer {
    switch (action) {
      case 'GET /stand-in/events':
        return [200, { events: kept }];
      case 'POST /stand-in/faults': {
        const fault = JSON.parse(body) as BusFault;
        faults.push({ fault, left: fault.times });
        return [200, { set: fault }];
      }
      case 'DELETE /stand-in/faults':
        faults = [];
        return [200, {}];
      default:
        return [404, { detail: 'GET events, POST or DELETE faults' }];
    }
  }

  function serve(request: IncomingMessage, body: string): Answer {
    const target = request.headers['x-amz-target'];
    if (target === undefined) return control(`${request.method} ${request.url}`, body);
    if (target !== 'AWSEvents.PutEvents') {
      return refusal('UnknownOperationException', `There is no ${target} here`);
    }
    const { Entries = [] } = JSON.parse(body) as { Entries?: Entry[] };
    return putEvents(Entries);
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const type = request.headers['x-amz-target'] ? 'application/x-amz-json-1.1' : 'application/json';
    try {
      const [status, answer] = serve(request, Buffer.concat(chunks).toString('utf8'));
      response.writeHead(status, { 'content-type': type }).end(JSON.stringify(answer));
    } catch (error) {
      const [status, answer] = refusal('SerializationException', String(error));
      response.writeHead(status, { 'content-type': type }).end(JSON.stringify(answer));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Returns the published events, oldest first. */
    events: (): readonly BusEvent[] => kept,
    /** Returns how often PutEvents was called. */
    requests: () => requests,
    setFault: (fault: BusFault) => void faults.push({ fault, left: fault.times }),
    close: (): Promise<void> => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

function refusal(type: string, message: string, status = 400): Answer {
  return [status, { __type: type, message }];
}

/** Returns the size of an entry as EventBridge counts it. */
function sizeOf({ Source = '', DetailType = '', Detail = '', Resources = [], Time }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : 14);
}

function parsed(detail: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(detail);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
