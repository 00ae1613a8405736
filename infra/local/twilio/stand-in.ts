import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse as parseQuery } from 'node:querystring';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerJson, refuseRequest } from './answers.ts';
import { CarrierPart } from './carrier-part.ts';
import { CONSENTS_PATH, changeConsents } from './consents-api.ts';
import { type Fault, Faults } from './faults.ts';
import { createMessage, fetchMessage, listMessages, type MessagesApi } from './messages-api.ts';
import { type Fields, OpenApi } from './openapi.ts';
import { Senders } from './senders.ts';
import { type SendersApi, serveSenders } from './senders-api.ts';
import { Store, type StoredMessage } from './store.ts';
import { postSigned, type WebhookAnswer } from './webhooks.ts';

export interface StandInOptions {
  readonly accountSid: string;
  readonly apiKeySid: string;
  readonly apiKeySecret: string;
  readonly authToken: string;
  /** The port; a free one when absent. */
  readonly port?: number;
  readonly inboundWebhookUrl?: string;
  /** Milliseconds between the steps of a delivery. */
  readonly statusDelayMilliseconds?: number;
  /** File that keeps texts and the STOP list; in memory without it. */
  readonly statePath?: string;
}

/** The number of ours that a person texts when a request names none. */
const OUR_NUMBER = '+13035550100';
const MESSAGES = /^\/2010-04-01\/Accounts\/([^/]+)\/Messages(?:\/([^/]+))?\.json$/;

export type TwilioStandIn = Awaited<ReturnType<typeof startTwilioStandIn>>;

/** Starts a stand-in for Twilio: the part of its API that sendgate uses, its carrier, and people who text. */
export async function startTwilioStandIn(options: StandInOptions) {
  const store = new Store(options.statePath);
  const faults = new Faults();
  const senders = new Senders();
  const { statusDelayMilliseconds = 200 } = options;
  const carrier = new CarrierPart({ ...options, statusDelayMilliseconds }, store, faults);
  const api: MessagesApi = {
    accountSid: options.accountSid,
    api: new OpenApi('api_v2010.trimmed.json'),
    store,
    faults,
    carrier,
  };
  const sendersApi: SendersApi = {
    accountSid: options.accountSid,
    api: api.api,
    messaging: new OpenApi('messaging_v1.trimmed.json'),
    senders,
  };
  const accounts = new OpenApi('accounts_v1.trimmed.json');
  senders.addNumber(OUR_NUMBER, { smsUrl: options.inboundWebhookUrl ?? '' });
  senders.addService([OUR_NUMBER], { useInboundWebhookOnNumber: true, campaignStatuses: ['VERIFIED'] });
  const credentials = Buffer.from(`${options.apiKeySid}:${options.apiKeySecret}`).toString('base64');

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const body = await read(request);
    if (url.pathname.startsWith('/stand-in/')) return control(request.method ?? '', url, body, response);
    if (request.headers.authorization !== `Basic ${credentials}`) {
      return refuseRequest(response, { status: 401, code: 20003, message: 'Authenticate' });
    }
    const [, account, sid] = MESSAGES.exec(url.pathname) ?? [];
    const fields = parseQuery(body) as Fields;
    const slow = faults.take(String(fields['To'] ?? ''), 'slow');
    if (slow) await sleep(slow.milliseconds);
    if (account === options.accountSid) {
      const query = parseQuery(url.search.slice(1)) as Fields;
      if (request.method === 'POST' && !sid) return createMessage(api, account, fields, response);
      if (request.method === 'GET' && !sid) return listMessages(api, account, query, response);
      if (request.method === 'GET' && sid) return fetchMessage(api, sid, response);
    }
    if (!account && faults.take('', 'apiDown')) {
      return refuseRequest(response, { status: 503, code: 20503, message: 'Asked to fail' });
    }
    if (request.method === 'POST' && url.pathname === CONSENTS_PATH) {
      return changeConsents({ api: accounts, store, faults }, fields, response);
    }
    if (request.method === 'GET' || request.method === 'POST') {
      const method = request.method === 'GET' ? 'get' : 'post';
      const query = parseQuery(url.search.slice(1)) as Fields;
      if (serveSenders(sendersApi, { method, path: url.pathname, query, body: fields }, response)) {
        carrier.inboundWebhookUrl = senders.inboundUrlOf(OUR_NUMBER);
        return;
      }
    }
    refuseRequest(response, { status: 404, code: 20404, message: 'The requested resource was not found' });
  }

  /** Serves requests that do over HTTP what people and the network do, for the demo and for trying things out under `npm start`. */
  async function control(method: string, url: URL, body: string, response: ServerResponse): Promise<void> {
    const action = `${method} ${url.pathname}`;
    if (action === 'GET /stand-in/messages') return answerJson(response, 200, { messages: store.messages });
    const given = body === '' ? {} : (JSON.parse(body) as Record<string, string>);
    if (action === 'POST /stand-in/inbound') {
      const { from = '', to = OUR_NUMBER, body: text = '' } = given;
      const webhook = await carrier.inbound({ from, to, body: text });
      return answerJson(response, webhook.status === 200 ? 200 : 502, { webhook });
    }
    if (action === 'POST /stand-in/faults') {
      faults.set(given as unknown as Fault);
      return answerJson(response, 200, { set: given });
    }
    if (action === 'DELETE /stand-in/faults') {
      faults.clear();
      return answerJson(response, 200, {});
    }
    answerJson(response, 404, { detail: 'GET messages, POST inbound, POST or DELETE faults' });
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (!response.headersSent)
        answerJson(response, 500, { code: 20500, message: String(error), status: 500 });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    messages: (): readonly StoredMessage[] => store.messages,
    /** Sends a text from a person's phone. @returns our webhook's answer. */
    inbound: (text: { from: string; body: string; to?: string; more?: Record<string, string> }) =>
      carrier.inbound({ to: OUR_NUMBER, ...text }),
    removeText: (messageSid: string) => store.remove(messageSid),
    redeliver: (messageSid: string) => carrier.redeliver(messageSid),
    /** Posts a signed delivery callback with any fields. @param path on the host of the inbound webhook. */
    callback: (path: string, fields: Record<string, string>): Promise<WebhookAnswer> =>
      postSigned(new URL(path, carrier.inboundWebhookUrl).href, fields, options.authToken),
    /** Puts a number on the STOP list without calling a webhook. */
    block: (number: string, sender = OUR_NUMBER) => store.block(sender, number),
    setInboundWebhookUrl: (url: string) => {
      carrier.inboundWebhookUrl = url;
      const number = senders.number(OUR_NUMBER);
      if (number) number.smsUrl = url;
    },
    /** The numbers and messaging services of the account. Tests may change them. */
    senders,
    /** Tells whether the carrier would refuse a text with 21610. */
    isBlocked: (number: string, sender = OUR_NUMBER) => store.isBlocked(sender, number),
    /** Sets whether Twilio acts on STOP and START by itself for the sender. */
    setOptOutHandling: (isTwilios: boolean) => {
      carrier.handlesOptOut = isTwilios;
    },
    setFault: (fault: Fault) => faults.set(fault),
    clearFaults: () => faults.clear(),
    /** Returns how often a fault struck since the start. */
    faultsStruck: () => faults.struck,
    settle: () => carrier.settle(),
    close: async (): Promise<void> => {
      await carrier.settle();
      store.save();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function read(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .once('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
      .once('error', reject);
  });
}
