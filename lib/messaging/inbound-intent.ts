import { type MatchedRule, readRevocation } from '../revocation/read-revocation.ts';

/** What a text that we received asks for. */
export type InboundIntent =
  | {
      readonly kind: 'stop' | 'start' | 'yes' | 'help';
      /** Upper case; STOP where the person used words of their own, which `reading` explains. */
      readonly word: string;
      readonly carrierActs: boolean;
      /** The rule that recognised a revocation in the person's own words (X7). */
      readonly reading?: MatchedRule & { readonly class: 'clear' };
    }
  | {
      /** Perhaps a revocation: a person must look, and automated texts are held until someone decides (X7). */
      readonly kind: 'doubtful';
      readonly reading: MatchedRule & { readonly class: 'doubtful' };
      readonly automatic: boolean;
    }
  | {
      readonly kind: 'conversation';
      /** Written by a machine, an absence notice for instance: no reply for which an automation should stop. */
      readonly automatic: boolean;
    };

/** Words on which Twilio acts by itself: the whole message, in any case (docs/facts.md, "Twilio: STOP, START and HELP"). */
const CARRIER_STOP = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'];
const CARRIER_START = ['START', 'UNSTOP'];
const CARRIER_HELP = ['HELP', 'INFO'];
/** How people space and write the same words. */
const ALSO_START = ['OPT IN', 'OPTIN', 'RE START', 'RESTART'];

const STOP = new Set(CARRIER_STOP);
const START = new Set([...CARRIER_START, ...ALSO_START]);
const HELP = new Set(CARRIER_HELP);
const BY_CARRIER = new Set([...CARRIER_STOP, ...CARRIER_START, ...CARRIER_HELP, 'YES']);

/**
 * Recognises STOP, START, YES and HELP and their kin, and revocations in a person's own words.
 *
 * Twilio's words come first: punctuation, accents, case and a "please" or "thank you" around one do not matter; any other
 * word does. Then the rules of `revocation.ts` are asked: "please stop texting me" is a stop, on which the carrier does not
 * act; "Stop by tomorrow at 3?" is conversation.
 *
 * @param body as received. @param optOutType Twilio's own reading, sent only with Advanced Opt-Out; it wins, since the
 *   block at the carrier already follows it. Only YES stays YES.
 */
export function readIntent(body: string, optOutType?: string): InboundIntent {
  const exact = body.trim().toUpperCase();
  const carrierActs = BY_CARRIER.has(exact);
  const word = strip(exact);
  switch (optOutType) {
    case 'STOP':
    case 'START':
    case 'HELP': {
      // Twilio takes YES for START. From somebody whom nobody asked, a YES is no consent: the registry decides.
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
  const { class: found, matched, automatic } = readRevocation(body);
  if (!matched || found === 'none') return { kind: 'conversation', automatic };
  if (found === 'doubtful') return { kind: 'doubtful', reading: { class: found, ...matched }, automatic };
  return { kind: 'stop', word: 'STOP', carrierActs: false, reading: { class: found, ...matched } };
}

function strip(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/^\s*(PLEASE|PLS)\s+|\s+(PLEASE|PLS|THANKS|THANK YOU)\s*$/gu, '')
    .trim();
}
