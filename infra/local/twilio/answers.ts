import type { ServerResponse } from 'node:http';

/** An error in Twilio's shape. */
export interface TwilioError {
  readonly status: number;
  readonly code: number;
  readonly message: string;
}

export function refuseRequest(response: ServerResponse, error: TwilioError): void {
  const more_info = `https://www.twilio.com/docs/errors/${error.code}`;
  answerJson(response, error.status, { ...error, more_info });
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, headers).end(text);
}
