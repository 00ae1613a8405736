import { parse as parseQuery } from 'node:querystring';
import { isSignedByTwilio } from './twilio-signature.ts';

/** The fields that a Twilio webhook needs of an API Gateway request (payload format 2.0). */
export interface WebhookRequest {
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string | undefined;
  readonly isBase64Encoded?: boolean;
}

/**
 * Checks the signature of a Twilio webhook and reads its fields. The signed URL is built from configuration, never from the
 * request's own host header.
 *
 * @param publicBaseUrl the URL at which Twilio reaches this organization, without a trailing slash.
 * @param authToken the Twilio account's auth token.
 * @returns the fields, each with its first value; undefined for a request that Twilio did not sign.
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
