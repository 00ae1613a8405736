/** The consequence of a Twilio error beyond the one text: for the number's consent, the number itself, or the sender. */
export type Consequence = 'optOut' | 'unreachableNumber' | 'senderRefused' | 'none';

/**
 * - `permanent`: speaks of the recipient or the words; the text has ended.
 * - `transient`: Twilio is busy; the same text may be taken in a moment.
 * - `sender`: speaks of the sender or the account, or of nothing that we know: no recipient is at fault, and the text is held.
 */
export type ErrorClass = 'permanent' | 'transient' | 'sender';

export interface CarrierError {
  readonly class: ErrorClass;
  readonly consequence: Consequence;
  readonly sentence: string;
}

const permanent = (consequence: Consequence, sentence: string): CarrierError => ({
  class: 'permanent',
  consequence,
  sentence,
});
const transient = (sentence: string): CarrierError => ({ class: 'transient', consequence: 'none', sentence });
/** Refuses every text of the sender, not this one alone. */
const refused = (sentence: string): CarrierError => ({
  class: 'sender',
  consequence: 'senderRefused',
  sentence,
});

/** Twilio's error codes that mean something to us (docs/facts.md, "Twilio: sending"), and HTTP statuses that come without one. */
const CARRIER_ERRORS: Readonly<Record<number, CarrierError>> = {
  401: refused('the API key is not valid'),
  402: refused('the account has no funds'),
  403: refused('the account may not do this'),
  20003: refused('the API key is not valid'),
  20005: refused('the account is not active'),
  20404: refused('the account or the sender does not exist'),
  20429: transient('Twilio has too many requests'),
  21211: permanent('unreachableNumber', 'the number does not exist'),
  21214: permanent('unreachableNumber', 'the number cannot be reached'),
  21217: permanent('unreachableNumber', 'the number does not look like one'),
  // It speaks of the recipient's country, so it holds this text and no other.
  21408: { class: 'sender', consequence: 'none', sentence: 'the account may not text this country' },
  21602: permanent('none', 'the text is empty'),
  21604: permanent('none', 'the text has no recipient'),
  21606: refused('the sender cannot text, or is not the account’s'),
  21608: permanent('none', 'the trial account may not text this number'),
  21610: permanent('optOut', 'the number has opted out at the carrier'),
  21611: transient("the sender's queue is full"),
  21612: permanent('none', 'the sender cannot reach this number'),
  21614: permanent('unreachableNumber', 'the number cannot receive texts'),
  21617: permanent('none', 'the text is too long'),
  21635: permanent('unreachableNumber', 'the number is a landline'),
  21659: refused('the sender is no number of the account'),
  21660: refused('the sender belongs to another account'),
  21703: refused('the messaging service has no number that can text'),
  21704: refused('the messaging service has no numbers'),
  21705: refused('the messaging service is not valid'),
  30001: transient("the carrier's queue is full"),
  30002: refused('the account is suspended'),
  30003: permanent('none', 'the phone was off or out of reach'),
  30004: permanent('optOut', 'the recipient blocks texts of the sender'),
  30005: permanent('unreachableNumber', 'the number is unknown to the carrier'),
  30006: permanent('unreachableNumber', 'the number is a landline or cannot be reached'),
  30007: refused('the carrier filtered the text'),
  30022: refused('the carriers’ limit for the sender is used up'),
  30023: refused('the carriers’ limit for the day is used up'),
  30032: refused('the toll-free number is not verified'),
  30034: refused('the sender is not registered for A2P 10DLC'),
  63014: permanent('optOut', 'the recipient blocked the sender'),
  90010: refused('the account is not active'),
};

/** The error codes that mean something to us. */
export const carrierErrorCodes: readonly number[] = Object.keys(CARRIER_ERRORS).map(Number);

/**
 * Classifies the error code of a text that Twilio had taken. An unknown code, or none, ends the text and has no consequence.
 *
 * A code has the same consequence on each way on which it arrives: the answer, the callback, reconcile and the comparison.
 */
export function carrierErrorOf(code: number | null): CarrierError {
  const listed = code === null ? undefined : CARRIER_ERRORS[code];
  return listed ?? permanent('none', code === null ? 'no reason given' : `error ${code}`);
}

/**
 * Classifies a refusal: Twilio's answer to a text that it did not take. Only a code that is known to speak of the recipient or of
 * the words ends a text (X16); an unknown one is the sender's or the account's.
 */
export function refusalOf(status: number, code: number | null): CarrierError & { readonly code: number } {
  const known = [code, status].find((one) => one !== null && one in CARRIER_ERRORS);
  if (status === 429 || status >= 500) return { ...transient('Twilio is busy'), code: code ?? status };
  if (known !== undefined && known !== null) return { ...carrierErrorOf(known), code: known };
  const named = code ?? status;
  return { class: 'sender', consequence: 'none', sentence: `error ${named}`, code: named };
}
