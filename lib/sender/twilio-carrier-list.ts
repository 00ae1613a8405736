import { BulkConsentsListInstance } from 'twilio/lib/rest/accounts/v1/bulkConsents.js';
import * as z from 'zod';
import { twilioVersion } from '../messaging/twilio-rest.ts';
import type { CarrierList } from './carrier-list.ts';
import type { TwilioSenderOptions } from './twilio-sender-account.ts';

/** The API answers within three seconds (docs/facts.md, "Twilio: consent API"). */
const TIMEOUT_MILLISECONDS = 4_000;

const answerSchema = z.array(z.object({ correlation_id: z.string(), error_code: z.int() }));

/** Creates access to Twilio's Consent API, which accepts 25 items per call and 100 calls per minute. */
export function createTwilioCarrierList(options: TwilioSenderOptions): CarrierList {
  const version = twilioVersion('accounts', { timeoutMilliseconds: TIMEOUT_MILLISECONDS, ...options });
  const consents = BulkConsentsListInstance(version as Parameters<typeof BulkConsentsListInstance>[0]);
  return {
    syncConsents: async (notices) => {
      const items = notices.map(({ number, status, source, dateOfConsent, correlationId }) => ({
        contact_id: number,
        correlation_id: correlationId,
        sender_id: options.sender,
        status,
        source,
        date_of_consent: dateOfConsent,
      }));
      const results = answerSchema.parse((await consents.create({ items })).items);
      const byId = new Map(results.map(({ correlation_id, error_code }) => [correlation_id, error_code]));
      if (notices.some(({ correlationId }) => !byId.has(correlationId))) {
        throw new Error('Twilio answered fewer consents than it was told');
      }
      return new Set(results.filter(({ error_code }) => error_code !== 0).map((r) => r.correlation_id));
    },
  };
}
