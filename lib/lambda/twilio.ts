import { type TwilioCredentials, twilioCredentials } from '../runtime/secrets.ts';

export interface TwilioEnvironment {
  readonly twilioCredentialsParameter: string;
  /** Base URL to use in place of Twilio's own. */
  readonly twilioBaseUrl?: string;
  readonly sender: string;
}

/** The options of each client of Twilio's API. */
export interface TwilioOptions {
  readonly credentials: TwilioCredentials;
  readonly sender: string;
  readonly baseUrl?: string;
}

/** The source of clients of Twilio's API. */
export interface Twilio {
  /** Reads the current options. A rotated API key is used within five minutes. */
  options(): Promise<TwilioOptions>;
  /** Prepares a client. @returns a function that creates the client once, and again after the API key was rotated. */
  client<Client>(create: (options: TwilioOptions) => Client): () => Promise<Client>;
}

/** Creates clients of Twilio's API for a function that may read the API key. */
export function createTwilio({
  twilioCredentialsParameter,
  twilioBaseUrl,
  sender,
}: TwilioEnvironment): Twilio {
  const baseUrl = twilioBaseUrl === undefined ? {} : { baseUrl: twilioBaseUrl };
  async function options(): Promise<TwilioOptions> {
    return { credentials: await twilioCredentials(twilioCredentialsParameter), sender, ...baseUrl };
  }
  return {
    options,
    client: (create) => {
      let cached: { readonly apiKeySecret: string; readonly client: ReturnType<typeof create> } | undefined;
      return async () => {
        const current = await options();
        const { apiKeySecret } = current.credentials;
        if (cached?.apiKeySecret !== apiKeySecret) cached = { apiKeySecret, client: create(current) };
        return cached.client;
      };
    },
  };
}
