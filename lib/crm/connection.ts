import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from 'jsforce/lib/connection.js';
import { OAuth2 } from 'jsforce/lib/oauth2.js';
import { setDefaults } from 'jsforce/lib/request.js';
import { grantOf, type SalesforceCredentials } from './credentials.ts';
import { type ApiUsage, problemOf, SalesforceProblem } from './salesforce.ts';

/** Options of a session with Salesforce. */
export interface SalesforceSessionOptions {
  readonly credentials: () => Promise<SalesforceCredentials>;
  /** Origin to log in at, in place of the credentials' login URL. */
  readonly baseUrl?: string;
  readonly timeoutMilliseconds?: number;
  readonly now: () => Date;
}

/** A request to Salesforce's REST API. */
export interface SalesforceRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Path after the API version: `/limits`, `/composite`. */
  readonly path: string;
  readonly body?: unknown;
  /** True: the request changes nothing, so `call` may repeat it. */
  readonly readsOnly: boolean;
}

/** Version of the REST API, for the client and for paths in composite requests. The client's default is from 2020. */
export const API_VERSION = '61.0';
/** Default time-out of a request. The client's own is 30 minutes, with five retries. */
const TIMEOUT_MILLISECONDS = 15_000;
const PAUSE_MILLISECONDS = 300;
/** Extra time for the body: the client's time-out ends with the headers. */
const BODY_MILLISECONDS = 10_000;

/** A session with Salesforce. It logs in at its first call, and once again when a call finds it expired. */
export type SalesforceSession = ReturnType<typeof createSession>;

/**
 * Creates a session. `call` throws SalesforceProblem when Salesforce does not answer; `usage` returns the API usage of the last answer.
 *
 * The client gets no refresh function, because with one it repeats a request without end while the API answers 401. Here a 401 leads
 * to one new login, and a second 401 is an error.
 */
export function createSession(options: SalesforceSessionOptions) {
  const timeout = options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS;
  // The login takes no time-out of its own, only the client's default.
  setDefaults({ timeout, followRedirect: true });
  let opened: Promise<Connection> | undefined;
  let usage: ApiUsage | undefined;

  async function open(): Promise<Connection> {
    const credentials = await options.credentials().catch(() => {
      // Admins read this message and may not read the parameter, so it does not say what is wrong with it.
      throw new SalesforceProblem('refused', 'no usable credentials');
    });
    const { clientId } = credentials;
    const oauth2 = new OAuth2({
      loginUrl: options.baseUrl ?? credentials.loginUrl,
      clientId,
      ...('clientSecret' in credentials && { clientSecret: credentials.clientSecret }),
    });
    const token = await within(
      timeout + BODY_MILLISECONDS,
      oauth2.requestToken(grantOf(credentials, options.now())),
    );
    const { instance_url: instanceUrl, access_token: accessToken } = token;
    return new Connection({ instanceUrl, accessToken, version: API_VERSION });
  }

  async function session(): Promise<Connection> {
    opened ??= open();
    const mine = opened;
    try {
      return await mine;
    } catch (error) {
      if (opened === mine) opened = undefined;
      throw loginProblem(error);
    }
  }

  async function send(request: SalesforceRequest, isNewSession = false): Promise<unknown> {
    const connection = await session();
    const mine = opened;
    try {
      return await within(timeout + BODY_MILLISECONDS, connection.request(...requestOf(request, timeout)));
    } catch (error) {
      const code = codeOf(error);
      if (error instanceof SalesforceProblem) throw error;
      if (code !== 'INVALID_SESSION_ID' || isNewSession) throw problemOf(code);
      if (opened === mine) opened = undefined;
    } finally {
      usage = connection.limitInfo.apiUsage ?? usage;
    }
    return send(request, true);
  }

  /** Repeats a request that only reads. The client cannot: on a retry it would send a POST whose body is already consumed. */
  async function call(request: SalesforceRequest): Promise<unknown> {
    const began = options.now().getTime();
    try {
      return await send(request);
    } catch (error) {
      const isTransient = error instanceof SalesforceProblem && error.kind === 'unavailable';
      const tookLong = options.now().getTime() - began > timeout / 2;
      if (!request.readsOnly || !isTransient || tookLong) throw error;
      await sleep(PAUSE_MILLISECONDS);
      return send(request);
    }
  }

  return { call, usage: () => usage };
}

function requestOf({ method, path, body }: SalesforceRequest, timeout: number) {
  const content = body !== undefined && {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  };
  return [
    { method, url: path, ...content },
    { timeout, retry: { maxRetries: 0 } },
  ] as const;
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { errorCode?: unknown }).errorCode;
  return typeof code === 'string' ? code : undefined;
}

/** Classifies an error of the login. Refusals have OAuth's error names; with any other error the endpoint did not answer. */
function loginProblem(error: unknown): unknown {
  if (error instanceof SalesforceProblem || !(error instanceof Error)) return error;
  if (/^(invalid_|unsupported_|unauthorized_|inactive_)/.test(error.name)) {
    return new SalesforceProblem('refused', error.name);
  }
  return new SalesforceProblem('unavailable', 'no login');
}

/** @throws SalesforceProblem `unavailable` when the work takes longer. */
async function within<T>(milliseconds: number, work: PromiseLike<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SalesforceProblem('unavailable', 'no answer in time')), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
