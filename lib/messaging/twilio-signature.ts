import webhooks from 'twilio/lib/webhooks/webhooks.js';

export interface SignedRequest {
  /** The account's auth token. */
  readonly authToken: string;
  /** The header `X-Twilio-Signature`. */
  readonly signature: string | undefined;
  /** The exact public URL that Twilio called, query included. */
  readonly url: string;
  /** Every field of the body; a repeated field is a list. */
  readonly parameters: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/**
 * Checks that Twilio signed a request. Never throws.
 *
 * @returns false also for a missing signature, an invalid URL, and an empty auth token, with which anyone could sign.
 */
export function isSignedByTwilio({ authToken, signature, url, parameters }: SignedRequest): boolean {
  if (authToken === '' || signature === undefined || signature === '' || !URL.canParse(url)) return false;
  return webhooks.validateRequest(authToken, signature, url, parameters);
}
