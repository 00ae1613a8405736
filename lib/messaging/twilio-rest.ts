import { Agent } from 'node:http';
import BaseTwilio from 'twilio/lib/base/BaseTwilio.js';
import Domain from 'twilio/lib/base/Domain.js';
import RequestClient from 'twilio/lib/base/RequestClient.js';
import Version from 'twilio/lib/base/Version.js';

export interface TwilioRestOptions {
  readonly credentials: {
    readonly accountSid: string;
    readonly apiKeySid: string;
    readonly apiKeySecret: string;
  };
  /** Origin that stands in for all of Twilio's hosts. */
  readonly baseUrl?: string;
  readonly timeoutMilliseconds?: number;
}

const HOSTS = {
  api: ['https://api.twilio.com', '2010-04-01'],
  messaging: ['https://messaging.twilio.com', 'v1'],
  accounts: ['https://accounts.twilio.com', 'v1'],
} as const;
const TIMEOUT_MILLISECONDS = 10_000;

/** Twilio's API by host and version: what its own resource classes are made on, without loading all of the library. */
export function twilioVersion(host: keyof typeof HOSTS, options: TwilioRestOptions): Version.default {
  const { accountSid, apiKeySid, apiKeySecret } = options.credentials;
  const [origin, version] = HOSTS[host];
  const timeout = options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS;
  const client = new BaseTwilio.Client(apiKeySid, apiKeySecret, {
    accountSid,
    httpClient: new HostClient(origin, options.baseUrl ?? origin, timeout),
  });
  return new Version.default(new Domain.default(client, origin), version);
}

/** Sends every request for one host to one origin. */
class HostClient extends RequestClient {
  private readonly host: string;
  private readonly origin: string;

  constructor(host: string, origin: string, timeoutMilliseconds: number) {
    super({ timeout: timeoutMilliseconds, keepAlive: true });
    this.axios.defaults.httpAgent = new Agent({ keepAlive: true });
    this.host = host;
    this.origin = origin;
  }

  override request<T>(options: RequestClient.RequestOptions<T>) {
    return super.request<T>({ ...options, uri: options.uri.replace(this.host, this.origin) });
  }
}
