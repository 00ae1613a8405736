import { createHmac } from 'node:crypto';

/** The answer to a webhook call of Twilio's. */
export interface WebhookAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Computes Twilio's signature of a webhook, with the account's auth token over the exact URL and every field.
 *
 * It was written from Twilio's documentation and not with its library, so that our check and this signature cannot share a mistake.
 */
export function signatureOf(
  url: string,
  fields: Readonly<Record<string, string>>,
  authToken: string,
): string {
  const signed = Object.keys(fields)
    .sort()
    .reduce((text, name) => text + name + fields[name], url);
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64');
}

/** Posts a webhook as Twilio does: form-encoded and signed. */
export async function postSigned(
  url: string,
  fields: Readonly<Record<string, string>>,
  authToken: string,
): Promise<WebhookAnswer> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'user-agent': 'TwilioProxy/1.1',
      'x-twilio-signature': signatureOf(url, fields, authToken),
    },
    body: new URLSearchParams(fields).toString(),
    signal: AbortSignal.timeout(15_000),
  });
  return { status: answer.status, body: await answer.text() };
}
