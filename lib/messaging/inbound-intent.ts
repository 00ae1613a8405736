import { type MatchedRule, readRevocation } from '../revocation/read-revocation.ts';

/** The request that a received text makes. */
export type InboundIntent =
  | {
      readonly kind: 'stop' | 'start' | 'yes' | 'help';
      /** Upper case; STOP for a revocation in the person's own words, which `reading` explains. */
      readonly word: string;
      /** Twilio acts on this word by itself: it blocks, lifts its block, or answers. */
      readonly carrierActs: boolean;
      /** The rule that recognised a revocation in the person's own words (X7). */
      readonly reading?: MatchedRule & { readonly class: 'clear' };
    }
  | {
      /** The text may be a revocation: automated texts are held until a person decides (X7). */
      readonly kind: 'doubtful';
      readonly reading: MatchedRule & { readonly class: 'doubtful' };
      readonly automatic: boolean;
    }
  | {
      readonly kind: 'conversation';
      /** A machine wrote the text, such as an absence notice: no automation should stop for it. */
      readonly automatic: boolean;
    };

/** Words on which Twilio acts by itself: the whole message, in any case (docs/facts.md, "Twilio: STOP, START and HELP"). */
const CARRIER_STOP = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'];
const CARRIER_START = ['START', 'UNSTOP'];
const CARRIER_HELP = ['HELP', 'INFO'];
/** Other ways in which people write the same words. */
const ALSO_START = ['OPT IN', 'OPTIN', 'RE START', 'RESTART'];

const STOP = new Set(CARRIER_STOP);
const START = new Set([...CARRIER_START, ...ALSO_START]);
const HELP = new Set(CARRIER_HELP);
const BY_CARRIER = new Set([...CARRIER_STOP, ...CARRIER_START, ...CARRIER_HELP, 'YES']);

/**
 * Recognises STOP, START, YES, HELP and their variants (B6, T4), and revocations in a person's own words (X7).
 *
 * Twilio's words are checked first. Punctuation, accents, case and a "please" or "thank you" around the word are ignored;
 * with any other word beside it, it does not count. The rules of `lib/revocation/` read the rest: "please stop texting me" is
 * a stop on which the carrier does not act; "Stop by tomorrow at 3?" is conversation.
 *
 * @param body the text as received.
 * @param optOutType Twilio's own reading, sent only with Advanced Opt-Out. It wins, since the carrier's block already follows
 *   it, with one exception: YES stays `yes`.
 */
export function readIntent(body: string, optOutType?: string): InboundIntent {
  const exact = body.trim().toUpperCase();
  const carrierActs = BY_CARRIER.has(exact);
  const word = strip(exact);
  switch (optOutType) {
    case 'STOP':
    case 'START':
    case 'HELP': {
      // Twilio reads YES as START. A YES from a person who was not asked is no consent, so the registry must decide.
      if (optOutType === 'START' && word === 'YES') return { kind: 'yes', word, carrierActs: true };
      const kind = optOutType.toLowerCase() as 'stop' | 'start' | 'help';
      return { kind, word: word || optOutType, carrierActs: true };
    }
  }
  if (STOP.has(word)) return { kind: 'stop', word, carrierActs };
  if (START.has(word)) return { kind: 'start', word, carrierActs };
  if (HELP.has(word)) return { kind: 'help', word, carrierActs };
  if (word === 'YES') return { kind: 'yes', word, carrierActs };
  return readOwnWords(body);
}

function readOwnWords(body: string): InboundIntent {
  const { class: clarity, matched, automatic } = readRevocation(body);
  if (!matched || clarity === 'none') return { kind: 'conversation', automatic };
  if (clarity === 'doubtful') return { kind: 'doubtful', reading: { class: clarity, ...matched }, automatic };
  return { kind: 'stop', word: 'STOP', carrierActs: false, reading: { class: clarity, ...matched } };
}

function strip(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/^\s*(PLEASE|PLS)\s+|\s+(PLEASE|PLS|THANKS|THANK YOU)\s*$/gu, '')
    .trim();
}
