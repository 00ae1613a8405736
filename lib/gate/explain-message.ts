import { carrierErrorOf } from '../messaging/carrier-errors.ts';
import type { Message } from '../messaging/message.ts';

/** The causes that explain a message, in the order in which they are checked (S8); `rules` covers the gate's other rules. */
export const subjects = ['consent', 'number', 'carrier', 'rules'] as const;
export type Subject = (typeof subjects)[number];

export interface Explanation {
  /** The cause for which the text was not delivered; undefined when it was delivered or may still be. */
  readonly because: Subject | undefined;
  /** One sentence about each of consent, number and carrier, in that order. */
  readonly findings: readonly { readonly about: 'consent' | 'number' | 'carrier'; readonly says: string }[];
  readonly sentence: string;
}

const ABOUT_CONSENT = new Set([
  'optedOut',
  'optInRequestRejected',
  'waitingForConsent',
  'waitingForKeyword',
  'waitingForStart',
  'noOptIn',
  'noLongerOptedIn',
  'optedInAgain',
  'awaitingReview',
  'carrierBlocked',
]);

const ABOUT_NUMBER = new Set(['numberUnreachable', 'numberChanged']);

/**
 * Explains a message's status: consent is checked first, then the number, then the carrier (S8).
 *
 * @param text a stored message. A text that still waits has none: its decision explains it.
 */
export function explainMessage(text: Message): Explanation {
  const error = text.errorCode === undefined ? undefined : carrierErrorOf(text.errorCode);
  const isConsent = ABOUT_CONSENT.has(text.reason ?? '') || error?.consequence === 'optOut';
  const isNumber = ABOUT_NUMBER.has(text.reason ?? '') || error?.consequence === 'unreachableNumber';
  const isRules = !isConsent && !isNumber && (text.status === 'refused' || text.status === 'dropped');
  const isCarrier = !isConsent && !isNumber && !isRules && FAILED.has(text.status);
  const code = text.errorCode === undefined ? '' : ` (error ${text.errorCode})`;
  const carrierSentence = error ? `${error.sentence}${code}` : `the carrier says: ${text.status}`;
  return {
    because: isConsent
      ? 'consent'
      : isNumber
        ? 'number'
        : isRules
          ? 'rules'
          : isCarrier
            ? 'carrier'
            : undefined,
    findings: [
      { about: 'consent', says: isConsent ? whyConsent(text, error?.sentence) : 'did not stand in the way' },
      {
        about: 'number',
        says: isNumber ? (error?.sentence ?? text.sentence ?? '') : 'no carrier called it unreachable',
      },
      { about: 'carrier', says: text.sid === undefined && !error ? 'never had the text' : carrierSentence },
    ],
    sentence: sentenceOf(text, isCarrier || isConsent || isNumber ? error?.sentence : undefined),
  };
}

const FAILED = new Set(['undelivered', 'failed', 'canceled', 'rejected']);

function whyConsent({ sentence = '' }: Message, carrierSentence: string | undefined): string {
  return carrierSentence ?? sentence;
}

function sentenceOf(text: Message, carrierSentence: string | undefined): string {
  if (carrierSentence !== undefined && text.status !== 'rejected')
    return `${text.status}: ${carrierSentence}`;
  if (FAILED.has(text.status) || text.status === 'refused' || text.status === 'dropped') {
    return text.sentence ?? `${text.status}: no reason given`;
  }
  if (text.direction === 'inbound') return 'received from the number';
  return `${text.status}: every rule agreed`;
}
