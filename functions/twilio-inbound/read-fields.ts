import type { InboundText } from './receive.ts';

/** Longer than any text that Twilio delivers; what is longer is cut, never refused, since it may hold a STOP. */
const MAXIMUM_BODY_CHARACTERS = 10_000;
const MAXIMUM_ADDRESS_CHARACTERS = 256;
const MAXIMUM_SID_CHARACTERS = 64;

/** A received text, whose sender may be anything. */
export type InboundFields = Omit<InboundText, 'from' | 'carrierActs'> & {
  /** The sender in Twilio's words. */
  readonly address: string;
};

/**
 * Reads the fields of Twilio's webhook for a received text. No field is refused: one that is missing is empty, one that is
 * too long is cut, so that no strange field takes a STOP with it.
 *
 * @returns undefined for a request without a message SID, which is no text.
 */
export function readFields(fields: Readonly<Record<string, string>>): InboundFields | undefined {
  const sid = fields['MessageSid'] || fields['SmsMessageSid'] || fields['SmsSid'];
  if (!sid) return undefined;
  return {
    messageSid: sid.slice(0, MAXIMUM_SID_CHARACTERS),
    address: (fields['From'] ?? '').slice(0, MAXIMUM_ADDRESS_CHARACTERS),
    to: (fields['To'] ?? '').slice(0, MAXIMUM_ADDRESS_CHARACTERS),
    body: (fields['Body'] ?? '').slice(0, MAXIMUM_BODY_CHARACTERS),
    optOutType: fields['OptOutType'],
  };
}
