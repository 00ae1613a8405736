import { carrierErrorOf } from '../messaging/carrier-errors.ts';
import type { Message } from '../messaging/message.ts';

/** What a text's fate was about: consent is looked at first, then the number, then the carrier (S8). */
export const subjects = ['consent', 'number', 'carrier', 'rules'] as const;
export type Subject = (typeof subjects)[number];

export interface Explanation {
  /** What kept the text from its reader; undefined for one that arrived, or may still. */
  readonly because: Subject | undefined;
  /** One finding for each, in that order. */
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

/**
 * Why a text of ours became what it is: whether it was consent, else the number, else the carrier (S8).
 *
 * @param text one that became a message. What still waits is explained by a decision.
 */
export function explainMessage(text: Message): Explanation {
  const error = text.errorCode === undefined ? undefined : carrierErrorOf(text.errorCode);
  const isConsent = ABOUT_CONSENT.has(text.reason ?? '') || error?.consequence === 'optOut';
  const isNumber = text.reason === 'numberUnreachable' || error?.consequence === 'unreachableNumber';
  const isRules = !isConsent && !isNumber && (text.status === 'refused' || text.status === 'dropped');
  const isCarrier = !isConsent && !isNumber && !isRules && FAILED.has(text.status);
  const code = text.errorCode === undefined ? '' : ` (error ${text.errorCode})`;
  const carrierSays = error ? `${error.sentence}${code}` : `the carrier says: ${text.status}`;
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
      { about: 'carrier', says: text.sid === undefined && !error ? 'never had the text' : carrierSays },
    ],
    sentence: sentenceOf(text, isCarrier || isConsent || isNumber ? error?.sentence : undefined),
  };
}

const FAILED = new Set(['undelivered', 'failed', 'canceled', 'rejected']);

function whyConsent({ sentence = '' }: Message, carrierSays: string | undefined): string {
  return carrierSays ?? sentence;
}

function sentenceOf(text: Message, carrierSays: string | undefined): string {
  if (carrierSays !== undefined && text.status !== 'rejected') return `${text.status}: ${carrierSays}`;
  if (FAILED.has(text.status) || text.status === 'refused' || text.status === 'dropped') {
    return text.sentence ?? `${text.status}: no reason given`;
  }
  if (text.direction === 'inbound') return 'received from the number';
  return `${text.status}: every rule agreed`;
}
