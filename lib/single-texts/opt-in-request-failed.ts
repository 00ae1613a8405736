import type { NewConsentEvent } from '../consent/consent-event.ts';
import type { Message } from '../messaging/message.ts';

/**
 * A request for START that the carrier refused or could not deliver, as the registry records it: number and lead stand as not
 * asked again, so that the next text to them asks (C2, C5). Undefined for any other text.
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
