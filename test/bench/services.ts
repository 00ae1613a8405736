/** Addresses and secrets of the services that the bench runs in another process. */
export interface Services {
  readonly sqsUrl: string;
  readonly twilioUrl: string;
  readonly ssmUrl: string;
  /** Name of the parameter with the API key. */
  readonly credentials: string;
  /** Name of the parameter with the token that signs webhooks, and the token. */
  readonly authTokenParameter: string;
  readonly authToken: string;
  /** Name of the parameter with the credentials for Salesforce's stand-in. */
  readonly salesforceCredentials: string;
}
