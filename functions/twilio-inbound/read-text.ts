import type { Configuration } from '../../lib/configuration/configuration.ts';
import type { InboundIntent } from '../../lib/messaging/inbound-intent.ts';
import { keywordIn } from '../../lib/messaging/opt-in-keyword.ts';
import type { InboundText } from './receive.ts';

/** What a received text asks for, the organization's own keywords included. */
export type TextIntent =
  | Exclude<InboundIntent, { kind: 'doubtful' }>
  | { readonly kind: 'keyword'; readonly word: string; readonly carrierActs: false }
  | { readonly kind: 'doubtful'; readonly rule: string; readonly automatic: boolean };

/**
 * Reads a text in the light of the organization's settings and keywords. What is neither STOP (in whatever words) nor START nor
 * HELP may be one of its opt-in keywords (T2).
 */
export async function readTextIntent(
  configuration: Pick<Configuration, 'keyword' | 'settings'>,
  { body, carrierActs }: Pick<InboundText, 'body' | 'carrierActs'>,
  intent: InboundIntent,
): Promise<TextIntent> {
  if (intent.kind !== 'conversation' && intent.kind !== 'doubtful') {
    // On a standalone short code and over WhatsApp, Twilio acts on nothing: it neither blocks nor answers.
    const isCarriers =
      carrierActs && intent.carrierActs && (await configuration.settings()).keywordReplies === 'carrier';
    return { ...intent, carrierActs: isCarriers };
  }
  const word = keywordIn(body);
  const keyword = word === '' ? undefined : await configuration.keyword(word);
  if (keyword?.enabled) return { kind: 'keyword', word: keyword.word, carrierActs: false };
  if (intent.kind === 'conversation') return intent;
  return { kind: 'doubtful', rule: intent.reading.rule, automatic: intent.automatic };
}
