import { type TwilioCredentials, twilioCredentials } from '../runtime/secrets.ts';

export interface TwilioEnvironment {
  readonly twilioCredentialsParameter: string;
  /** Where Twilio is reached instead of at its own addresses. */
  readonly twilioBaseUrl?: string;
  readonly sender: string;
}

/** What each client of Twilio's API is made of. */
export interface TwilioOptions {
  readonly credentials: TwilioCredentials;
  readonly sender: string;
  readonly baseUrl?: string;
}

export interface Twilio {
  /** What a client is made of right now: a rotated API key is taken up within five minutes. */
  options(): Promise<TwilioOptions>;
  /** @returns how to get a client that is made once and kept until the API key is rotated. */
  client<Client>(create: (options: TwilioOptions) => Client): () => Promise<Client>;
}

/** Makes clients of Twilio's API for a function that may read the API key. */
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
      let kept: { readonly apiKeySecret: string; readonly client: ReturnType<typeof create> } | undefined;
      return async () => {
        const current = await options();
        const { apiKeySecret } = current.credentials;
        if (kept?.apiKeySecret !== apiKeySecret) kept = { apiKeySecret, client: create(current) };
        return kept.client;
      };
    },
  };
}
