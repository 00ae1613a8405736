import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { runComposite } from './composite.ts';
import { serveControl } from './control.ts';
import { expiredSession, notFound, requestLimitExceeded, SalesforceError, unavailable } from './errors.ts';
import { type Fault, Faults } from './faults.ts';
import { type ConnectedApp, Sessions } from './oauth.ts';
import { type ObjectDefinition, Org } from './org.ts';
import { kindOf, type RestApi, type RestRequest, respondToRequest } from './rest-api.ts';

export interface SalesforceOptions {
  readonly app: ConnectedApp;
  readonly objects: readonly ObjectDefinition[];
  /** The port; a free one when absent. */
  readonly port?: number;
  /** The limit of calls in 24 hours. */
  readonly apiLimit?: number;
  readonly queryBatchSize?: number;
  /** File that keeps the records; in memory without it. */
  readonly statePath?: string;
}

/** A request that the stand-in received, kept for tests that count calls. */
export interface SalesforceCall {
  readonly method: string;
  readonly path: string;
}

const VERSIONED = /^\/services\/data\/v(\d{2}\.0)(\/.*)$/;
/** The stand-in refuses a longer address, as the gateways in front of Salesforce do. */
const MAXIMUM_URI = 2000;

export type SalesforceStandIn = Awaited<ReturnType<typeof startSalesforceStandIn>>;

/** Starts a stand-in for Salesforce: the part of its REST API that sendgate uses, with queries over real records. */
export async function startSalesforceStandIn(options: SalesforceOptions) {
  const org = new Org(options.objects, options.statePath);
  const faults = new Faults();
  const sessions = new Sessions(options.app);
  const calls: SalesforceCall[] = [];
  const meter = { used: 0, limit: options.apiLimit ?? 15_000 };
  const { queryBatchSize = 2000 } = options;
  const api: RestApi = { org, faults, queryBatchSize, cursors: new Map(), usage: () => meter };
  let url = '';

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = new URL(request.url ?? '/', url);
    const body = await read(request);
    const method = request.method ?? '';
    if (address.pathname.startsWith('/stand-in/')) {
      const played = serveControl({ org, faults, calls: () => ({ calls, ...meter }) }, method, address, body);
      return answer(response, played.status, played.body);
    }
    if (method === 'POST' && address.pathname === '/services/oauth2/token') return token(body, response);
    const [, version = '', path = ''] = VERSIONED.exec(address.pathname) ?? [];
    if (version === '') return fail(response, notFound());
    calls.push({ method, path });
    if ((request.url ?? '').length > MAXIMUM_URI) {
      response
        .writeHead(414, { 'content-type': 'text/html' })
        .end('<h1>Bad Message 414</h1><pre>URI Too Long</pre>');
      return;
    }
    const asked: RestRequest = { method, path, query: address.searchParams, body, version };
    const kind = kindOf(asked);
    const slow = faults.take(kind, 'slow');
    if (slow) await sleep(slow.milliseconds);
    if (faults.take(kind, 'reset')) {
      response.destroy();
      return;
    }
    try {
      if (faults.take(kind, 'unavailable')) throw unavailable();
      if (faults.take(kind, 'expiredSession')) sessions.expire();
      if (!sessions.isOpen(request.headers.authorization)) throw expiredSession();
      if (faults.take(kind, 'requestLimit') || meter.used >= meter.limit) throw requestLimitExceeded();
      meter.used++;
      response.setHeader('sforce-limit-info', `api-usage=${meter.used}/${meter.limit}`);
      const result = kind === 'composite' ? runComposite(api, asked) : respondToRequest(api, asked);
      answer(response, result.status, result.body);
    } catch (error) {
      if (!(error instanceof SalesforceError)) throw error;
      fail(response, error);
    }
  }

  async function token(body: string, response: ServerResponse): Promise<void> {
    const slow = faults.take('token', 'slow');
    if (slow) await sleep(slow.milliseconds);
    if (faults.take('token', 'unavailable')) return fail(response, unavailable());
    if (faults.take('token', 'tokenRefused')) {
      const refusal = { error: 'invalid_client', error_description: 'invalid client credentials' };
      return answer(response, 400, refusal);
    }
    const { status, body: granted } = sessions.token(body, url);
    answer(response, status, granted);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (!response.headersSent)
        answer(response, 500, [{ errorCode: 'UNKNOWN_EXCEPTION', message: String(error) }]);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    org,
    /** Returns the requests to the REST API so far, refused ones included. */
    calls: (): readonly SalesforceCall[] => calls,
    tokensIssued: () => sessions.issued,
    setFault: (fault: Fault) => faults.set(fault),
    clearFaults: () => faults.clear(),
    /** Returns how often a fault struck since the start. */
    faultsStruck: () => faults.struck,
    expireSessions: () => sessions.expire(),
    /** Sets the values of the limit header from now on. */
    setUsage: (used: number, limit: number) => Object.assign(meter, { used, limit }),
    close: async (): Promise<void> => {
      org.save();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  if (status === 204) {
    response.writeHead(204).end();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8' }).end(JSON.stringify(body));
}

function fail(response: ServerResponse, error: SalesforceError): void {
  answer(response, error.status, error.body);
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
