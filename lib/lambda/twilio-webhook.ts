import type { MiddlewareObj } from '@middy/core';
import { readWebhook, type WebhookRequest } from '../messaging/webhook.ts';
import { RequestProblem } from '../runtime/problem.ts';
import { twilioAuthToken } from '../runtime/secrets.ts';
import type { MetricName } from '../telemetry/metrics.ts';
import { countOutcomes } from '../telemetry/telemetry.ts';

/** A request that Twilio signed. */
export interface TwilioWebhookEvent extends WebhookRequest {
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>>;
  /** The form fields that Twilio signed. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface TwilioWebhookOptions {
  readonly publicBaseUrl: string;
  /** Name of the parameter that holds the account's auth token. */
  readonly twilioAuthTokenParameter: string;
  /** The count of requests that Twilio did not sign. */
  readonly forged: MetricName;
}

/** Checks Twilio's signature and reads the fields of a signed request. @throws RequestProblem 403 for any other request. */
export function twilioWebhook(options: TwilioWebhookOptions): MiddlewareObj<TwilioWebhookEvent> {
  return {
    before: async (request) => {
      const token = await twilioAuthToken(options.twilioAuthTokenParameter);
      const fields = readWebhook(request.event, options.publicBaseUrl, token);
      if (!fields) {
        countOutcomes({ [options.forged]: 1 });
        throw new RequestProblem(403, 'Forbidden', 'The request carries no valid Twilio signature.');
      }
      request.event = { ...request.event, fields };
    },
  };
}
