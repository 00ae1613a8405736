import webhooks from 'twilio/lib/webhooks/webhooks.js';

export interface SignedRequest {
  /** The account's auth token. */
  readonly authToken: string;
  /** The header `X-Twilio-Signature`. */
  readonly signature: string | undefined;
  /** The exact public URL that Twilio called, query included. */
  readonly url: string;
  /** Every field of the body. A repeated one is a list. */
  readonly parameters: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/**
 * Whether Twilio signed a request.
 *
 * Refuses an empty token, with which anybody could sign, and a signature that is missing; never throws.
 */
export function isSignedByTwilio({ authToken, signature, url, parameters }: SignedRequest): boolean {
  if (authToken === '' || signature === undefined || signature === '' || !URL.canParse(url)) return false;
  return webhooks.validateRequest(authToken, signature, url, parameters);
}
