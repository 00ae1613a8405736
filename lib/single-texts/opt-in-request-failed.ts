import type { NewConsentEvent } from '../consent/consent-event.ts';
import type { Message } from '../messaging/message.ts';

/**
 * Describes the failure of a request for START, which the carrier refused or could not deliver, as a new event. It resets the
 * request of the number and lead to `not_sent`, so that the next text asks again (C2, C5). Pure.
 *
 * @param errorCode Twilio's error code. @returns undefined for a text that is no opt-in request.
 */
export function optInRequestFailure(
  text: Message,
  errorCode: number,
  now: Date,
): NewConsentEvent | undefined {
  if (text.purpose !== 'optInRequest') return undefined;
  const { id, number, leadId, attempt = 1 } = text;
  return {
    number,
    kind: 'optInRequestFailed',
    occurredAt: now.toISOString(),
    sourceId: `carrier:${id}:${attempt}:failed`,
    evidence: {
      source: 'carrier',
      messageId: id,
      errorCode,
      ...(leadId !== undefined && { leadId }),
    },
  };
}
