import { type InboundIntent, readIntent } from '../../lib/messaging/keywords.ts';
import type { Configuration } from '../../lib/organization/configuration.ts';

/** What a received text asks for, the organization's own keywords included. */
export type Reading =
  | Exclude<InboundIntent, { kind: 'conversation' }>
  | { readonly kind: 'keyword'; readonly word: string; readonly carrierActs: false }
  | { readonly kind: 'doubtful'; readonly rule: string }
  | { readonly kind: 'conversation'; readonly automatic: boolean };

/** Longer than any keyword: nothing that is looked up. */
const MOST_CHARACTERS = 40;

/**
 * Reads a text. What is neither STOP nor START nor HELP may be one of the organization's opt-in keywords (T2).
 *
 * @param optOutType Twilio's own reading, where it sends one.
 */
export async function readText(
  configuration: Pick<Configuration, 'keyword' | 'settings'>,
  body: string,
  optOutType: string | undefined,
): Promise<Reading> {
  const intent = readIntent(body, optOutType);
  if (intent.kind !== 'conversation') {
    // On a standalone short code Twilio acts on nothing: it neither blocks nor answers.
    const isCarriers = intent.carrierActs && (await configuration.settings()).keywordReplies === 'carrier';
    return { ...intent, carrierActs: isCarriers };
  }
  if (body.length <= MOST_CHARACTERS) {
    const word = keywordIn(body);
    const keyword = word === '' ? undefined : await configuration.keyword(word);
    if (keyword?.enabled) return { kind: 'keyword', word: keyword.word, carrierActs: false };
  }
  return { kind: 'conversation', automatic: false };
}

/** A whole message as a keyword would be written: regardless of case, spaces and trailing punctuation. */
function keywordIn(body: string): string {
  return body
    .toUpperCase()
    .replace(/\s+/gu, '')
    .replace(/[\p{P}\p{S}]+$/u, '');
}
