import { parse as parseQuery } from 'node:querystring';
import { isSignedByTwilio } from './twilio-signature.ts';

/** A request of Twilio's, as API Gateway passes it on. */
export interface WebhookRequest {
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string | undefined;
  readonly isBase64Encoded?: boolean;
}

/**
 * Reads a webhook of Twilio's and checks that Twilio signed it.
 *
 * The URL under the signature is built from configuration, never from what the request claims about its host.
 *
 * @param publicBaseUrl where Twilio reaches us, without a trailing slash. @param authToken the account's.
 * @returns the fields, or undefined for a request that Twilio did not sign.
 */
export function readWebhook(
  request: WebhookRequest,
  publicBaseUrl: string,
  authToken: string,
): Readonly<Record<string, string>> | undefined {
  const body = Buffer.from(request.body ?? '', request.isBase64Encoded ? 'base64' : 'utf8').toString('utf8');
  const parameters = parseQuery(body, '&', '=', { maxKeys: 500 });
  const query = request.rawQueryString === '' ? '' : `?${request.rawQueryString}`;
  const url = `${publicBaseUrl}${request.rawPath}${query}`;
  const signature = request.headers['x-twilio-signature'];
  if (!isSignedByTwilio({ authToken, signature, url, parameters })) return undefined;
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, [value].flat()[0] ?? '']),
  );
}
