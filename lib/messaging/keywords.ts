/** What a text that we received asks for. */
export type InboundIntent =
  | { readonly kind: 'stop' | 'start' | 'yes' | 'help'; readonly word: string; readonly carrierActs: boolean }
  | { readonly kind: 'conversation' };

/** Words on which Twilio acts by itself: the whole message, in any case (FACTS: Twilio's default opt-out handling). */
const CARRIER_STOP = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'];
const CARRIER_START = ['START', 'UNSTOP'];
const CARRIER_HELP = ['HELP', 'INFO'];
/** What the law counts as well (47 CFR 64.1200(a)(10)), and how people space and write the same words. */
const ALSO_STOP = ['OPT OUT', 'STOP ALL', 'STOP STOP', 'STOP TEXTING', 'STOP TEXTING ME', 'UNSUBSCRIBE ME'];
const ALSO_START = ['OPT IN', 'OPTIN', 'RE START', 'RESTART'];

const STOP = new Set([...CARRIER_STOP, ...ALSO_STOP]);
const START = new Set([...CARRIER_START, ...ALSO_START]);
const HELP = new Set(CARRIER_HELP);
const BY_CARRIER = new Set([...CARRIER_STOP, ...CARRIER_START, ...CARRIER_HELP, 'YES']);

/**
 * Recognises STOP, START, YES and HELP and their kin.
 *
 * Punctuation, accents, case and a "please" or "thank you" around the word do not matter; any other word does: "Stop
 * by tomorrow at 3?" is conversation.
 *
 * @param body as received. @param optOutType Twilio's own reading, sent only with Advanced Opt-Out; it wins, since the
 *   block at the carrier already follows it.
 */
export function readIntent(body: string, optOutType?: string): InboundIntent {
  const exact = body.trim().toUpperCase();
  const carrierActs = BY_CARRIER.has(exact);
  const word = strip(exact);
  switch (optOutType) {
    case 'STOP':
    case 'START':
    case 'HELP': {
      const kind = optOutType.toLowerCase() as 'stop' | 'start' | 'help';
      return { kind, word: word || optOutType, carrierActs: true };
    }
  }
  if (STOP.has(word)) return { kind: 'stop', word, carrierActs };
  if (START.has(word)) return { kind: 'start', word, carrierActs };
  if (HELP.has(word)) return { kind: 'help', word, carrierActs };
  if (word === 'YES') return { kind: 'yes', word, carrierActs };
  return { kind: 'conversation' };
}

function strip(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/^\s*(PLEASE|PLS)\s+|\s+(PLEASE|PLS|THANKS|THANK YOU)\s*$/gu, '')
    .trim();
}
