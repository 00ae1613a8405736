import type { Configuration } from '../../lib/configuration/configuration.ts';
import type { InboundIntent } from '../../lib/messaging/inbound-intent.ts';
import { keywordIn } from '../../lib/messaging/opt-in-keyword.ts';
import type { InboundText } from './receive.ts';

/** The intent of a received text, the organization's own keywords included. */
export type TextIntent =
  | Exclude<InboundIntent, { kind: 'doubtful' }>
  | { readonly kind: 'keyword'; readonly word: string; readonly carrierActs: false }
  | { readonly kind: 'doubtful'; readonly rule: string; readonly automatic: boolean };

/**
 * Completes a text's intent with the organization's settings and keywords. A text may be an opt-in keyword (T2) only if it is
 * neither an opt-out, in any words (X7), nor START nor HELP.
 *
 * @param intent as `readIntent` returns it.
 */
export async function readTextIntent(
  configuration: Pick<Configuration, 'keyword' | 'settings'>,
  { body, carrierActs }: Pick<InboundText, 'body' | 'carrierActs'>,
  intent: InboundIntent,
): Promise<TextIntent> {
  if (intent.kind !== 'conversation' && intent.kind !== 'doubtful') {
    // On a standalone short code and over WhatsApp, Twilio acts on no keyword: it neither blocks nor answers.
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
